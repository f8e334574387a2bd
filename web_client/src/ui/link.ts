/** The link a person came by: /client#<token>. The token leaves the address as soon as it is used. */

/** The token in a fragment; null when there is none that could be one. */
export function tokenIn(hash: string): string | null {
  const token = decodeFragment(hash.replace(/^#/, ''));
  return /^[\w.~+/=-]{16,2048}$/.test(token) ? token : null;
}

/** Take the token out of the address bar and of the history entry. */
export function forgetToken(): void {
  history.replaceState(null, '', location.pathname + location.search);
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return '';
  }
}
