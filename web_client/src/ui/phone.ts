/** Telephone numbers: as an address that dials, and as who owns one knows it. Pure. */

/** A number as a link dials it; null when nothing in it can be dialled. */
export function dialled(phone: string): string | null {
  const digits = phone.normalize('NFKC').replace(/[^\d+*#]/g, '');
  return digits.length < 3 ? null : `tel:${digits.replaceAll('#', '%23')}`;
}

/** Most of a number, so that it is known and not shown to who looks on. */
export function masked(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  return digits.length < 8 ? phone : `${digits.slice(0, 3)}****${digits.slice(-4)}`;
}
