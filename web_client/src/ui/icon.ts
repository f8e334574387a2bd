/** Our own line drawings, 24 px and a 2 px line. Never alone: a word stands beside each. */

import { css, html, LitElement, svg, type SVGTemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';

const SLASH = svg`<path d="M4 4l16 16" />`;

const DRAWINGS = {
  microphone: svg`<rect x="9" y="3" width="6" height="11" rx="3" /><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M9 21h6" />`,
  'microphone-off': svg`<path d="M9 9v2a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.6-1.5M5.5 11.5a6.5 6.5 0 0 0 10 5.5M18.4 12.8a6.5 6.5 0 0 0 .1-1.3M12 18v3M9 21h6" />${SLASH}`,
  camera: svg`<rect x="3" y="6.5" width="12" height="11" rx="2.5" /><path d="M15 11l5.5-3v8L15 13" />`,
  'camera-off': svg`<path d="M8 6.5h4.5a2.5 2.5 0 0 1 2.5 2.5V11l5.5-3v8M14.8 15.5a2.5 2.5 0 0 1-2.3 2H5.5A2.5 2.5 0 0 1 3 15V9c0-.9.5-1.700 1.200-2.100" />${SLASH}`,
  text: svg`<path d="M5.5 4.5h13a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H12l-4.5 3.5v-3.5h-2a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z" /><path d="M8 9h8M8 12.5h5" />`,
  more: svg`<path d="M4 7h8M18 7h2M4 17h2M12 17h8" /><circle cx="15" cy="7" r="2.5" /><circle cx="9" cy="17" r="2.5" />`,
  voice: svg`<path d="M4 10v4M8 7v10M12 4.5v15M16 8v8M20 10.5v3" />`,
  steady: svg`<circle cx="12" cy="12" r="3.5" /><path d="M2.5 12H6M18 12h3.500M7 5.500a8.200 8.200 0 0 1 10 0M7 18.500a8.200 8.200 0 0 0 10 0" />`,
  door: svg`<path d="M6 20.5V5a1.5 1.5 0 0 1 1.5-1.5h9A1.5 1.5 0 0 1 18 5v15.5M3.5 20.5h17M14.5 12v1" />`,
  shield: svg`<path d="M12 3.5l7 2.5v5.5c0 4.200-2.900 7.5-7 9-4.100-1.5-7-4.8-7-9V6z" /><path d="M9 11.8l2.200 2.200L15 10" />`,
  help: svg`<circle cx="12" cy="12" r="8.5" /><path d="M9.6 9.6a2.5 2.5 0 1 1 3.600 2.300c-.8.4-1.200 1-1.200 1.800M12 16.4v.2" />`,
  timeline: svg`<path d="M6 3.5v2.500M6 11v3.500M6 19.5v1M12 8.5h8M12 17h6" /><circle cx="6" cy="8.5" r="2.5" /><circle cx="6" cy="17" r="2.5" />`,
  record: svg`<circle cx="12" cy="12" r="8.5" /><circle cx="12" cy="12" r="3" />`,
  close: svg`<path d="M6 6l12 12M18 6L6 18" />`,
  send: svg`<path d="M12 19.5V5M6 10.5L12 4.5l6 6" />`,
  movement: svg`<path d="M10 20V10.500a1.500 1.500 0 0 1 3 0V13l4.500 1.200a2 2 0 0 1 1.500 2V20M10 15l-2-2M4 8a9 9 0 0 1 3-3.500M19 8a9 9 0 0 0-3-3.500" />`,
  self: svg`<circle cx="12" cy="8.5" r="4" /><path d="M4.5 20c.8-3.8 3.8-6 7.5-6s6.700 2.200 7.5 6" />`,
} as const satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof DRAWINGS;

@customElement('qr-icon')
export class Icon extends LitElement {
  static override styles = css`
    :host {
      display: inline-block;
      inline-size: 24px;
      block-size: 24px;
      flex: none;
    }
    svg {
      display: block;
      inline-size: 100%;
      block-size: 100%;
      fill: none;
      stroke: currentColor;
      stroke-width: 2;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `;

  @property() name: IconName = 'close';

  override render() {
    return html`
      <svg viewBox="0 0 24 24" aria-hidden="true">${DRAWINGS[this.name]}</svg>
    `;
  }
}
