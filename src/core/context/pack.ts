/**
 * Fits parts into a room of tokens. Pure.
 *
 * 1. A part is kept whole, cut to no less than its `least`, or left out; the order of the parts never changes.
 * 2. Parts go in by rank, 0 first: rank 0 has to be there, and is cut before the packing fails.
 * 3. Parts of one rank share what is left evenly: a small one is not cut because another is large.
 * 4. Of a chain (turns of a conversation, newest first by rank) nothing is kept behind a gap.
 */
export interface Part {
  id: string;
  tokens: number;
  rank: number;
  /** It may be cut to so much. Absent: all or nothing. */
  least?: number;
  chain?: boolean;
}

export interface KeptPart {
  id: string;
  /** What it may take. */
  tokens: number;
  cut: boolean;
}

export interface LeftPart {
  id: string;
  tokens: number;
  why: string;
}

export interface Packing {
  /** False: what has to be there takes more than there is, even cut. `needs` says how much. */
  fits: boolean;
  needs: number;
  total: number;
  kept: KeptPart[];
  left: LeftPart[];
}

export function pack(parts: readonly Part[], room: number): Packing {
  const granted = new Map<string, number>();
  const left: LeftPart[] = [];
  let free = room;
  let broken = false;
  const needs = parts.filter(({ rank }) => rank === 0).reduce((sum, part) => sum + leastOf(part), 0);
  for (const group of byRank(parts)) {
    const inChain = group.some(({ chain }) => chain);
    if (inChain && broken) {
      left.push(...group.map((part) => leave(part, 'older than a turn that did not fit')));
      continue;
    }
    const shares = share(group, free);
    for (const part of group) {
      const tokens = shares.get(part.id);
      if (tokens === undefined) {
        left.push(leave(part, `needs ${leastOf(part)} tokens, ${Math.max(0, Math.floor(free))} were free`));
        broken ||= part.chain === true;
        continue;
      }
      granted.set(part.id, tokens);
    }
    free -= [...shares.values()].reduce((sum, tokens) => sum + tokens, 0);
  }
  const kept = parts.flatMap((part): KeptPart[] => {
    const tokens = granted.get(part.id);
    return tokens === undefined ? [] : [{ id: part.id, tokens, cut: tokens < part.tokens }];
  });
  return { fits: needs <= room, needs, total: room - free, kept, left };
}

function leastOf({ tokens, least }: Part): number {
  return Math.min(tokens, least ?? tokens);
}

function leave({ id, tokens }: Part, why: string): LeftPart {
  return { id, tokens, why };
}

function byRank(parts: readonly Part[]): Part[][] {
  const groups = new Map<number, Part[]>();
  for (const part of parts) {
    const group = groups.get(part.rank);
    if (group) group.push(part);
    else groups.set(part.rank, [part]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** Who of one rank gets how much: the least of each in their order, then the rest evenly, the smallest wish first. */
function share(group: readonly Part[], room: number): Map<string, number> {
  const shares = new Map<string, number>();
  let free = room;
  for (const part of group) {
    const least = leastOf(part);
    if (least > free) continue;
    shares.set(part.id, least);
    free -= least;
  }
  const wishes = group
    .filter(({ id }) => shares.has(id))
    .map((part) => ({ id: part.id, more: part.tokens - leastOf(part) }))
    .sort((a, b) => a.more - b.more);
  wishes.forEach(({ id, more }, i) => {
    const fair = Math.floor(free / (wishes.length - i));
    const given = Math.min(more, fair);
    shares.set(id, (shares.get(id) ?? 0) + given);
    free -= given;
  });
  return shares;
}
