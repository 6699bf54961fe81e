/** Where JSON text stops being JSON: V8 names the place for some faults only, so the rest is found by trying prefixes. */
export function placeOfJsonFault(
  text: string,
  message: string,
): { offset: number; line: number; column: number } {
  const named = /at position (\d+)/.exec(message)?.[1];
  const offset = named === undefined ? longestHopefulPrefix(text) : Number(named);
  const before = text.slice(0, offset).split('\n');
  return { offset, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** A prefix is hopeful when it fails only because it ends: hopefulness is lost once and for ever, so bisection finds where. */
function longestHopefulPrefix(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isHopeful(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return Math.min(good, text.length);
}

function isHopeful(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return true;
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('Unexpected end') || message.startsWith('Unterminated')) return true;
    return Number(/at position (\d+)/.exec(message)?.[1]) === prefix.length;
  }
}
