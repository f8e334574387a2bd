/** A link as a square of dots that a phone's camera reads. Pure. */

import qrcode from 'qrcode-generator';

/** Dots of white around the square; readers need four (ISO/IEC 18004, quiet zone). */
const QUIET = 4;

export interface Dots {
  /** Dots along one side, the white around included. */
  readonly side: number;
  /** The dark dots as an SVG path, one unit each. */
  readonly path: string;
}

/** Throws when the text is longer than any such square holds. */
export function dots(text: string): Dots {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    }
  }
  return { side: count + 2 * QUIET, path };
}
