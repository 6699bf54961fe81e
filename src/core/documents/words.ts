/**
 * Words and figures as the ranking compares them: cheap, without a language model, and the same on every machine.
 */
const stopWords = new Set(
  `a an the and or but if then than that this these those there here it its they them their he his she her we our us you your i my
  of in on at by for from to with without into onto over under above below up down out off about as so no not only also more most
  is are was were be been being has have had do does did can could may might must shall should will would
  which who whom whose what when where why how all any each every both few some such own same other another one two three four five
  six seven eight nine ten per because while after before until again once too very just still nearly`.split(
    /\s+/,
  ),
);

/** Lower case, without the endings that only bend a word: "compressors" and "compressor" are one. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase().replace(/[’']s?$/, '');
  if (lower.length <= 4) return lower;
  return lower
    .replace(/ies$/, 'y')
    .replace(/(?<=[^s])(?:es|s)$/, '')
    .replace(/(?:ing|ed)$/, '')
    .replace(/e$/, '')
    .replace(/(.)\1$/, '$1');
}

/** Content words as stems, in order, with repeats. */
export function stemsOf(text: string): string[] {
  const words = text.match(/\p{L}[\p{L}’'-]*/gu) ?? [];
  return words
    .filter((word) => !stopWords.has(word.toLowerCase()))
    .map(stemOf)
    .filter((stem) => stem.length > 1);
}

/**
 * Figures as they are compared between a memo and its sources: digits with their separators, "48,600" equal to "48600".
 * A full stop or comma that ends a sentence is not part of a figure.
 */
export function figuresOf(text: string): string[] {
  return (text.match(/\d+(?:[.,'’\u00a0\u202f](?=\d)\d+)*/g) ?? []).map(normalFigure);
}

function normalFigure(figure: string): string {
  const bare = figure.replace(/['’\u00a0\u202f]/g, '').replace(/^0+(?=\d)/, '');
  // Groups of three are thousands; of two different separators the last is the decimal one.
  const mixed = bare.includes('.') && bare.includes(',');
  const decimal = mixed ? bare.charAt(Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','))) : '';
  const thousands = decimal === '.' ? /,/g : /\./g;
  const plain = mixed
    ? bare.replace(thousands, '').replace(',', '.')
    : /^\d{1,3}(?:[.,]\d{3})+$/.test(bare)
      ? bare.replace(/[.,]/g, '')
      : bare.replace(/,/g, '.');
  return /^\d+\.\d+$/.test(plain) ? plain.replace(/0+$/, '').replace(/\.$/, '') : plain;
}

/** The largest amount of money named, in units of its currency; 0 if none. "€1.9 million" is 1,900,000. */
export function largestAmount(text: string): number {
  const pattern =
    /(?:[€$£]|\b(?:eur|usd|gbp|chf)\b:?)\s?(\d[\d.,]*)\s?(thousand|million|billion|k|m|bn)?\b|(\d[\d.,]*)\s?(thousand|million|billion|k|m|bn)?\s?(?:[€$£]|(?:eur|usd|gbp|chf|euros?|dollars?|pounds?)\b)/giu;
  let largest = 0;
  for (const match of text.matchAll(pattern)) {
    const figure = Number(normalFigure((match[1] ?? match[3] ?? '').replace(/[.,]$/, '')));
    const unit = (match[2] ?? match[4] ?? '').toLowerCase();
    const scale = unit === '' ? 1 : unit.startsWith('b') ? 1e9 : unit.startsWith('m') ? 1e6 : 1e3;
    if (Number.isFinite(figure)) largest = Math.max(largest, figure * scale);
  }
  return largest;
}

/** How much two sentences tell the same, 0..1: shared words and figures, weighed by how rare each is among all. */
export function createSimilarity(texts: string[]): (a: string, b: string) => number {
  const documentFrequency = new Map<string, number>();
  const known = new Map<string, { terms: Set<string>; mass: number }>();
  const termsOf = (text: string) => new Set([...stemsOf(text), ...figuresOf(text)]);
  for (const text of texts) {
    for (const term of termsOf(text)) documentFrequency.set(term, (documentFrequency.get(term) ?? 0) + 1);
  }
  const weight = (term: string) => Math.log(1 + texts.length / (documentFrequency.get(term) ?? 1));
  const profileOf = (text: string) => {
    const kept = known.get(text);
    if (kept) return kept;
    const terms = termsOf(text);
    const profile = { terms, mass: [...terms].reduce((sum, term) => sum + weight(term), 0) };
    known.set(text, profile);
    return profile;
  };
  return (a, b) => {
    const [left, right] = [profileOf(a), profileOf(b)];
    let [shared, mass] = [0, 0];
    for (const term of left.terms) {
      if (!right.terms.has(term)) continue;
      shared += 1;
      mass += weight(term);
    }
    // One word in common is chance, and a short sentence must not be "in" every long one: hence the geometric mean.
    return shared < 2 ? 0 : mass / Math.sqrt(left.mass * right.mass);
  };
}
