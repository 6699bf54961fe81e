/**
 * How many tokens a text is, by its characters alone: one pass, no table. A common tokenizer is within some ten per cent of it for prose,
 * JSON and code; what is left over is learned per model from the usage that providers report (calibration.ts).
 */

const kinds = { letter: 0, digit: 1, space: 2, mark: 3, wide: 4 } as const;
type Kind = (typeof kinds)[keyof typeof kinds];

/** Characters a token of Latin letters has beyond the first one of a word. */
const lettersPerToken = 6;
const digitsPerToken = 2.6;
const marksPerToken = 1.5;
/** Letters of other scripts than Latin. */
const othersPerToken = 3.2;
/** Chinese, Japanese, Korean, emoji. */
const tokensPerWide = 0.9;

export function estimateTokens(text: string): number {
  let tokens = 0;
  let run = 0;
  let kind: Kind = kinds.space;
  let foreign = 0;
  const { length } = text;
  for (let i = 0; i <= length; i += 1) {
    const code = i < length ? text.charCodeAt(i) : -1;
    const next = code === -1 ? -1 : kindOf(code);
    if (next !== kind || code === -1) {
      tokens += tokensOfRun(kind, run, foreign);
      run = 0;
      foreign = 0;
      if (code === -1) break;
      kind = next as Kind;
    }
    run += 1;
    if (code > 127) foreign += 1;
  }
  return Math.ceil(tokens);
}

function kindOf(code: number): Kind {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) return kinds.letter;
  if (code === 32 || code === 10 || code === 13 || code === 9) return kinds.space;
  if (code >= 48 && code <= 57) return kinds.digit;
  if (code < 128) return kinds.mark;
  if (code < 0x2000) return kinds.letter;
  return code < 0x2e80 ? kinds.mark : kinds.wide;
}

function tokensOfRun(kind: Kind, run: number, foreign: number): number {
  if (run === 0) return 0;
  switch (kind) {
    case kinds.letter:
      return foreign * 2 > run
        ? Math.max(1, run / othersPerToken)
        : 1 + Math.max(0, run - 8) / lettersPerToken;
    case kinds.digit:
      return Math.ceil(run / digitsPerToken);
    case kinds.space:
      // One space belongs to the word after it.
      return run === 1 ? 0.1 : 0.5 + run / 40;
    case kinds.mark:
      return Math.max(foreign > 0 ? run * 0.9 : 0, run / marksPerToken, 0.8);
    case kinds.wide:
      return run * tokensPerWide;
  }
}
