/**
 * Voice that was lost is to be asked for again (RFC 4585 NACK). Browsers can, and do so only where
 * the offer says it; there is no other way to say it than in the offer's own words.
 */

/** Add NACK to Opus in every audio section of an offer. What it does not know stays as it is. */
export function askForLostVoice(sdp: string): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => (section.startsWith('m=audio') ? withNack(section) : section))
    .join('');
}

function withNack(section: string): string {
  const opus = [...section.matchAll(/^a=rtpmap:(\d+) opus\/48000\b.*(\r?\n)/gim)];
  return opus.reduce((text, [line, type, end]) => {
    const wish = `a=rtcp-fb:${type} nack${end}`;
    return text.includes(wish) ? text : text.replace(line, line + wish);
  }, section);
}
