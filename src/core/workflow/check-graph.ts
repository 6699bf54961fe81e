/** Ids, dependencies, rings; and who comes before whom, for the check of references. */
import type { Problem } from '../../errors.ts';
import type { Draft, DraftStep } from './draft.ts';
import { listed, problemAt } from './problem-at.ts';

export interface Graph {
  byId: ReadonlyMap<string, DraftStep>;
  /** The ids as a sentence, made once: a nonsense plan may name 100,000 steps that are not there. */
  known: string;
  /** Of ids with hyphens: what an expression takes for a name of its own, and the whole id. */
  hyphenated: ReadonlyMap<string, string>;
  /** Whether `id` surely ends before `step` begins; null where a ring makes that unanswerable. */
  isBefore(id: string, step: DraftStep): boolean | null;
}

export function checkGraph({ steps }: Draft): { graph: Graph; problems: Problem[] } {
  const problems: Problem[] = [];
  const byId = new Map<string, DraftStep>();
  for (const step of steps) {
    if (step.id === null) continue;
    const first = byId.get(step.id);
    if (first === undefined) byId.set(step.id, step);
    else
      problems.push(
        problemAt([...step.path, 'id'], 'duplicate_id', `Step ${first.path[1]} has the id "${step.id}" too.`),
      );
  }
  const known = listed(byId.keys());
  const { before, ringed } = sortDraft(byId);
  const isBefore = (id: string, step: DraftStep) =>
    step.id === null || ringed.has(step.id) ? null : (before.get(step.id)?.has(id) ?? false);
  return {
    graph: { byId, known, hyphenated: hyphenatedParts(byId.keys()), isBefore },
    problems: [
      ...problems,
      ...steps.flatMap((step) => checkDependsOn(step, byId, known)),
      ...findRings(ringed, byId).map((ring) => ringProblem(ring, byId)),
    ],
  };
}

function hyphenatedParts(ids: Iterable<string>): Map<string, string> {
  const parts = new Map<string, string>();
  for (const id of ids) for (const part of id.split('-').slice(1)) if (!parts.has(part)) parts.set(part, id);
  return parts;
}

function checkDependsOn(step: DraftStep, byId: ReadonlyMap<string, DraftStep>, known: string): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [at, id] of step.dependsOn.entries()) {
    if (id === '') continue;
    const say = (code: string, message: string) =>
      problems.push(problemAt([...step.path, 'dependsOn', at], code, message));
    if (!byId.has(id)) say('unknown_step', `There is no step "${id}". ${known}`);
    else if (seen.has(id)) say('duplicate', `"${id}" is named twice.`);
    seen.add(id);
  }
  return problems;
}

/** All that come before each step; the rest is in a ring or behind one. */
function sortDraft(byId: ReadonlyMap<string, DraftStep>): {
  before: Map<string, Places>;
  ringed: Set<string>;
} {
  const places = new Map([...byId.keys()].map((id, place) => [id, place]));
  const before = new Map<string, Places>();
  const missing = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const [id, step] of byId) {
    const needs = new Set(step.dependsOn.filter((need) => byId.has(need)));
    missing.set(id, needs.size);
    for (const need of needs) {
      const list = dependents.get(need);
      if (list === undefined) dependents.set(need, [id]);
      else list.push(id);
    }
  }
  const ready = [...byId.keys()].filter((id) => missing.get(id) === 0);
  for (const id of ready) {
    const own = new Places(places);
    for (const need of byId.get(id)?.dependsOn ?? []) own.addAll(need, before.get(need));
    before.set(id, own);
    for (const dependent of dependents.get(id) ?? []) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  return { before, ringed: new Set([...byId.keys()].filter((id) => !before.has(id))) };
}

/** A set of step ids as bits: 1,000 steps that all depend on all before them stay cheap. */
class Places {
  readonly #places: ReadonlyMap<string, number>;
  readonly #bits: Uint32Array;

  constructor(places: ReadonlyMap<string, number>) {
    this.#places = places;
    this.#bits = new Uint32Array((places.size >>> 5) + 1);
  }

  has(id: string): boolean {
    const place = this.#places.get(id);
    return place !== undefined && ((this.#bits[place >>> 5] ?? 0) & (1 << (place & 31))) !== 0;
  }

  addAll(id: string, others: Places | undefined): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#bits[place >>> 5] = (this.#bits[place >>> 5] ?? 0) | (1 << (place & 31));
    if (others === undefined) return;
    const from = others.#bits;
    const bits = this.#bits;
    for (let at = 0; at < bits.length; at += 1) bits[at] = (bits[at] ?? 0) | (from[at] ?? 0);
  }
}

/** One ring per knot: from each step not yet seen, follow a dependency that is itself stuck until a step comes again. */
function findRings(ringed: ReadonlySet<string>, byId: ReadonlyMap<string, DraftStep>): string[][] {
  const seen = new Set<string>();
  const rings: string[][] = [];
  for (const start of ringed) {
    const way: string[] = [];
    const onWay = new Map<string, number>();
    let here: string | undefined = start;
    while (here !== undefined && !seen.has(here)) {
      seen.add(here);
      onWay.set(here, way.push(here) - 1);
      here = byId.get(here)?.dependsOn.find((id) => ringed.has(id));
    }
    const from = here === undefined ? undefined : onWay.get(here);
    if (from !== undefined) rings.push(way.slice(from));
  }
  return rings;
}

function ringProblem(ring: readonly string[], byId: ReadonlyMap<string, DraftStep>): Problem {
  const [first = ''] = ring;
  const step = byId.get(first);
  const at = step?.dependsOn.indexOf(ring[1] ?? first) ?? 0;
  const way = [...ring, first].map((id) => `"${id}"`).join(' needs ');
  return problemAt(
    [...(step?.path ?? []), 'dependsOn', at],
    'cycle',
    `The steps wait for each other: ${way}.`,
  );
}
