/** What was learned of a model's tokens: the reported ones beside our estimate of the same prompt. Pure. */

export interface TokenFigures {
  /** Reported over estimated. */
  factor: number;
  /** Prompts that it was learned from. */
  samples: number;
}

export const untaught: TokenFigures = { factor: 1, samples: 0 };

/** Short prompts are mostly the provider's own frame around them, and teach nothing about text. */
const leastTokens = 200;
/** A new prompt counts at least so much: what people write changes. */
const leastWeight = 0.1;
const bounds = { low: 0.4, high: 4 };

/** @returns null when there is nothing to learn: too short, or as estimated */
export function learn(
  known: TokenFigures,
  seen: { estimated: number; reported: number },
): TokenFigures | null {
  if (seen.estimated < leastTokens || seen.reported < leastTokens) return null;
  const ratio = Math.min(bounds.high, Math.max(bounds.low, seen.reported / seen.estimated));
  const off = Math.abs(ratio / known.factor - 1);
  if (known.samples >= 5 && off < 0.03) return null;
  const weight = Math.max(leastWeight, 1 / (known.samples + 1));
  return { factor: known.factor + (ratio - known.factor) * weight, samples: known.samples + 1 };
}

export function likelyTokens(estimated: number, { factor }: TokenFigures): number {
  return Math.ceil(estimated * factor);
}

/** Of a count that was estimated, and of a tokenizer's: before enough prompts were seen, and after. */
const margins = { estimated: [1.4, 1.15], exact: [1.2, 1.1] } as const;

/** What a prompt has at most, for reservations: the less is known the wider. */
export function mostTokens(
  counted: number,
  { factor, samples }: TokenFigures,
  { exact = false }: { exact?: boolean } = {},
): number {
  const taught = samples >= 5;
  const [untaughtMargin, taughtMargin] = margins[exact ? 'exact' : 'estimated'];
  const likely = counted * Math.max(factor, taught ? 0 : 1);
  return Math.ceil(likely * (taught ? taughtMargin : untaughtMargin)) + 64;
}
