/**
 * The delimiter of a table in text form, or undefined if the text has no table's shape: at least two lines that split
 * into the same number (two or more) of fields. Quoted parts are taken out first: commas in them mean nothing.
 */
export type Delimiter = ',' | ';' | '\t' | '|';
const delimiters: Delimiter[] = [',', ';', '\t', '|'];

export function delimiterOf(text: string): Delimiter | undefined {
  const lines = text
    .replace(/"(?:[^"]|"")*"/g, 'q')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, 50);
  if (lines.length < 2) return undefined;
  // The last line of a cut-off head may be half a line.
  const sample = lines.length > 3 ? lines.slice(0, -1) : lines;
  let best: { delimiter: Delimiter; fields: number } | undefined;
  for (const delimiter of delimiters) {
    const counts = sample.map((line) => line.split(delimiter).length);
    const fields = counts[0] ?? 0;
    const even = counts.filter((count) => count === fields).length >= sample.length * 0.9;
    if (fields >= 2 && even && fields > (best?.fields ?? 0)) best = { delimiter, fields };
  }
  return best?.delimiter;
}
