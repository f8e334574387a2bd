/** The room itself: daylight from a window, two chairs, a cup on the table. No one has to be in it. */

import { css, html, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, QuietElement } from './element';

@customElement('qr-scene')
export class Scene extends QuietElement {
  static override styles = [
    base,
    css`
      svg {
        inline-size: 100%;
        block-size: 100%;
      }
      .sky {
        fill: color-mix(in oklab, var(--warm-sky) var(--warmth), var(--clear-sky));
      }
      .pane {
        fill: var(--light);
        opacity: 0.55;
      }
      .glow {
        fill: url(#glow);
        opacity: var(--lamp-strength);
      }
      .beam {
        fill: var(--light);
        opacity: 0.34;
      }
      .lit {
        stop-color: var(--lamp);
      }
      .far {
        fill: var(--leaf);
        opacity: 0.22;
      }
      .floor {
        fill: color-mix(in oklab, var(--warm-floor) var(--warmth), var(--clear-floor));
      }
      .frame {
        fill: none;
        stroke: var(--surface);
        stroke-width: 7;
        paint-order: stroke;
        filter: drop-shadow(0 1px 2px rgb(29 42 40 / 14%));
      }
      .bar {
        stroke: var(--surface);
        stroke-width: 5;
      }
      .wood {
        fill: none;
        stroke: var(--wood);
        stroke-width: 6;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .top {
        fill: var(--wood);
      }
      .cloth {
        fill: var(--cloth);
      }
      .cloth-2 {
        fill: var(--cloth-2);
      }
      .shade {
        fill: var(--ink);
        opacity: 0.06;
      }
      .leaf {
        fill: var(--leaf);
      }
      .stem {
        fill: none;
        stroke: var(--leaf);
        stroke-width: 3;
        stroke-linecap: round;
      }
      .cushion {
        fill: var(--qing);
      }
      .initial {
        fill: var(--on-qing);
        font-size: 34px;
        text-anchor: middle;
        dominant-baseline: central;
      }
      .cup {
        fill: var(--porcelain);
      }
    `,
  ];

  /** The first letter of whoever sits in the other chair; empty while nobody does. */
  @property() guest = '';

  /** A cushion with a letter: the chair is taken. */
  private cushion() {
    return svg`<g transform="translate(508 222) rotate(11)">
      <rect class="cushion" x="-36" y="-36" width="72" height="72" rx="18" />
      <text class="initial">${this.guest}</text>
    </g>`;
  }

  override render() {
    return html`
      <svg viewBox="0 -8 640 408" preserveAspectRatio="xMidYMax meet" aria-hidden="true">
        <defs>
          <clipPath id="window">
            <path d="M224 232V96a96 96 0 0 1 192 0v136z" />
          </clipPath>
          <linearGradient id="fade" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stop-color="#fff" stop-opacity="1" />
            <stop offset="1" stop-color="#fff" stop-opacity="0" />
          </linearGradient>
          <radialGradient id="glow">
            <stop class="lit" offset="0" stop-opacity="1" />
            <stop class="lit" offset="0.45" stop-opacity="0.55" />
            <stop class="lit" offset="0.75" stop-opacity="0.16" />
            <stop class="lit" offset="1" stop-opacity="0" />
          </radialGradient>
          <radialGradient id="pool">
            <stop offset="0" stop-color="#fff" stop-opacity="1" />
            <stop offset="0.6" stop-color="#fff" stop-opacity="0.9" />
            <stop offset="1" stop-color="#fff" stop-opacity="0" />
          </radialGradient>
          <mask id="soft-beam"><path d="M180 320h280l84 80H96z" fill="url(#fade)" /></mask>
          <mask id="soft-floor">
            <ellipse cx="320" cy="348" rx="320" ry="52" fill="url(#pool)" />
          </mask>
        </defs>
        <ellipse class="glow" cx="320" cy="150" rx="300" ry="190" />
        <g mask="url(#soft-floor)"><rect class="floor" y="296" width="640" height="104" /></g>
        <g clip-path="url(#window)">
          <rect class="sky" x="224" width="192" height="232" />
          <rect class="pane" x="224" width="192" height="232" />
          <path class="far" d="M224 190c36-30 62-32 94-14s64 18 98-8v64H224z" />
          <path class="far" d="M224 212c44-20 88-20 120-8s48 8 72-4v32H224z" />
        </g>
        <path class="frame" d="M224 232V96a96 96 0 0 1 192 0v136z" />
        <path class="bar" d="M320 0v232M224 118h192" />
        <path class="bar" d="M208 235h224" stroke-linecap="round" />
        <g mask="url(#soft-beam)">
          <path class="beam" d="M232 320h82l-14 80H176zM326 320h82l56 80H340z" />
        </g>
        <g>
          <ellipse class="shade" cx="142" cy="354" rx="92" ry="9" />
          <path class="wood" d="M96 312l-14 40M186 312l14 40" />
          <path class="cloth" d="M62 204c-4-14 4-26 18-29s26 5 30 19l22 84H84z" />
          <path
            class="cloth"
            d="M76 276a16 16 0 0 1 16-16h98a20 20 0 0 1 20 20v14a18 18 0 0 1-18 18H92a16 16 0 0 1-16-16z"
          />
          <path class="shade" d="M104 262h86a20 20 0 0 1 20 20v2H98z" />
          <path class="wood" d="M92 256c30-10 62-10 92 0v28" />
        </g>
        <g>
          <ellipse class="shade" cx="498" cy="354" rx="92" ry="9" />
          <path class="wood" d="M544 312l14 40M454 312l-14 40" />
          <path class="cloth-2" d="M578 204c4-14-4-26-18-29s-26 5-30 19l-22 84h48z" />
          <path
            class="cloth-2"
            d="M564 276a16 16 0 0 0-16-16h-98a20 20 0 0 0-20 20v14a18 18 0 0 0 18 18h100a16 16 0 0 0 16-16z"
          />
          <path class="shade" d="M536 262h-86a20 20 0 0 0-20 20v2h112z" />
          ${this.guest === '' ? nothing : this.cushion()}
          <path class="wood" d="M548 256c-30-10-62-10-92 0v28" />
        </g>
        <g>
          <ellipse class="shade" cx="320" cy="356" rx="52" ry="6" />
          <path class="wood" d="M320 296v34M320 328l-26 26M320 328l26 26" />
          <rect class="top" x="268" y="288" width="104" height="9" rx="4.5" />
          <path class="cup" d="M332 270h22v8a10 10 0 0 1-10 10h-2a10 10 0 0 1-10-10z" />
          <path class="top" d="M284 268h20l-3 20h-14z" />
          <path class="stem" d="M294 268c0-16-3-24-9-32M294 266c1-14 5-22 12-27" />
          <path
            class="leaf"
            d="M286 240c-10-2-16-9-16-19 10 1 17 8 16 19zM305 241c0-10 6-17 16-18 0 11-6 18-16 18zM294 250c-6-8-6-19 1-27 6 9 6 19-1 27z"
          />
        </g>
      </svg>
    `;
  }
}
