/**
 * Which sentences tell of the same matter.
 *
 * A paragraph is about one thing, so its sentences stay together; a table's row is a thing of its own. Around each
 * paragraph or row, the strongest first, gather those that are like it. A matter does not grow through its members:
 * two that are both like a third are not yet like each other.
 */

import { amountOf, moneyWeight } from './evidence.ts';
import type { ScoredCandidate } from './rank-sentences.ts';
import { createSimilarity } from './words.ts';

export interface Matter {
  /** Best first. */
  members: ScoredCandidate[];
  weight: number;
}

export type Likeness = (a: ScoredCandidate, b: ScoredCandidate) => number;

/** From here on two sentences tell of the same matter (0..1, see words.ts). */
export const sameMatter = 0.24;
const mostCompared = 300;
/** A passage with more sentences than this is a page of text, not a paragraph. */
const longestParagraph = 8;

export function createLikeness(ranked: ScoredCandidate[]): Likeness {
  const similarity = createSimilarity(ranked.map((candidate) => candidate.text));
  return (a, b) => similarity(a.text, b.text);
}

/** `ranked`: best first. Heaviest matter first. Weak sentences support nothing, unless all are weak. */
export function mattersOf(ranked: ScoredCandidate[], alike: Likeness): Matter[] {
  // Comparing each with each: beyond these nothing can become an item of a page.
  const good = ranked.filter((candidate) => candidate.rank > 0).slice(0, mostCompared);
  const units = unitsOf(good.length > 0 ? good : ranked.slice(0, mostCompared)).sort(
    (a, b) => strengthOf(b) - strengthOf(a),
  );
  const taken = new Set<ScoredCandidate[]>();
  const matters: Matter[] = [];
  for (const seed of units) {
    if (taken.has(seed)) continue;
    const joined = units.filter((unit) => unit === seed || (!taken.has(unit) && areAlike(seed, unit, alike)));
    for (const unit of joined) taken.add(unit);
    const members = joined.flat().sort((a, b) => b.rank - a.rank);
    matters.push({ members, weight: weightOf(seed, members) });
  }
  return matters.sort((a, b) => b.weight - a.weight);
}

function unitsOf(candidates: ScoredCandidate[]): ScoredCandidate[][] {
  const units = new Map<string, ScoredCandidate[]>();
  for (const candidate of candidates) {
    const key = `${candidate.fileId}/${candidate.passage}`;
    units.set(key, [...(units.get(key) ?? []), candidate]);
  }
  return [...units.values()].flatMap((unit) =>
    unit.length <= longestParagraph ? [unit] : unit.map((candidate) => [candidate]),
  );
}

function areAlike(seed: ScoredCandidate[], unit: ScoredCandidate[], alike: Likeness): boolean {
  return seed.some((a) => unit.some((b) => alike(a, b) >= sameMatter));
}

/** Several bad sentences in one paragraph weigh more than one, with less and less gain. */
function strengthOf(unit: ScoredCandidate[]): number {
  return unit.reduce((sum, candidate, index) => sum + Math.max(0, candidate.rank) / (1 + index * 2), 0);
}

/** How big a matter is: the paragraph it stands on, whether other documents speak of it too, how often, and the money in it. */
function weightOf(seed: ScoredCandidate[], members: ScoredCandidate[]): number {
  const documents = new Set(members.map((member) => member.fileId)).size;
  const money = Math.max(...members.map((member) => moneyWeight(amountOf(member))));
  return strengthOf(seed) + 0.7 * (documents - 1) + 0.15 * Math.min(5, members.length - seed.length) + money;
}
