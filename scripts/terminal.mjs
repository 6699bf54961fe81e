const plain = process.env.NO_COLOR || !process.stdout.isTTY;
const paint = (code) => (text) => (plain ? text : `\u001b[${code}m${text}\u001b[0m`);

export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');
export const yellow = paint('33');

/** Writing to a terminal that went away must not end the supervisor: what it started would then be stopped the hard way. */
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

export const say = (line = '') => void process.stdout.write(`${line}\n`);
export const done = (line) => say(`  ${green('✓')} ${line}`);
export const busy = (line) => say(`  ${dim('…')} ${dim(line)}`);
export const warn = (line) => say(`  ${yellow('!')} ${line}`);
export const fail = (line) => say(`  ${red('✗')} ${line}`);

/** @returns the time since `from` (of `Date.now()`), such as `0.4 s`. */
export const since = (from) => `${((Date.now() - from) / 1000).toFixed(1)} s`;

/**
 * Says what is going on, does it, and says how long it took.
 * @param {string} what a few words: `Temporal CLI: from the Python package`
 */
export async function timed(what, work) {
  const from = Date.now();
  busy(what);
  const result = await work();
  done(`${what}, ${since(from)}`);
  return result;
}
