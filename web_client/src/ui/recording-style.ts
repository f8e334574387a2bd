/** Choices about a recording: a group with its name, each choice a place to tap. */

import { css } from 'lit';

export const recordingChoice = css`
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 24px;
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 14px;
    margin: 0;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  /* Beside its choices, where a legend of its own making would stand above them. */
  legend {
    float: inline-start;
    padding: 0;
    font-weight: 600;
  }
  .pick {
    display: flex;
    align-items: center;
    gap: 8px;
    min-block-size: 44px;
    cursor: pointer;
  }
  .pick input {
    flex: none;
    inline-size: 22px;
    block-size: 22px;
    margin: 0;
    accent-color: var(--qing);
  }
  @media (max-width: 400px) {
    legend:lang(en) {
      inline-size: 100%;
    }
    .choices {
      gap: 0 24px;
    }
  }
  .answers .plain {
    font-weight: 600;
  }
`;
