/**
 * Work that comes in faster than it gets done goes in groups, each of which is one transaction: what all of it wants (the purse of its workspace, the
 * commit, the events) is done once for all.
 *
 * 1. Who comes while there is room goes at once and alone: nobody waits for company. Groups are made of those who wait anyhow.
 * 2. What a group has not done (somebody else holds its row, or one of the group failed and took the others with it) is done alone, as if
 *    there had been no group: errors are told only by that.
 * 3. Of what must not be in one transaction twice (`placeOf`), a group has one at most.
 */
export interface InGroups<Ask, Result> {
  /** Groups under way at once, and the most that one has. */
  atOnce: number;
  most: number;
  placeOf(ask: Ask): string;
  alone(ask: Ask): Promise<Result>;
  /** @returns a result for each, in order; undefined: not done. When it throws, none is done. */
  together(asks: Ask[]): Promise<(Result | undefined)[]>;
}

interface Waiting<Ask, Result> {
  ask: Ask;
  resolve(result: Result | Promise<Result>): void;
}

export function inGroups<Ask, Result>(way: InGroups<Ask, Result>): (ask: Ask) => Promise<Result> {
  let waiting: Waiting<Ask, Result>[] = [];
  let running = 0;

  const run = async (group: Waiting<Ask, Result>[]) => {
    const asks = group.map(({ ask }) => ask);
    const done = asks.length > 1 ? await way.together(asks).catch(() => []) : [];
    await Promise.allSettled(
      group.map(({ ask, resolve }, i) => {
        const result = done[i];
        const end = result === undefined ? way.alone(ask) : Promise.resolve(result);
        resolve(end);
        return end;
      }),
    );
  };
  const next = () => {
    while (running < way.atOnce && waiting.length > 0) {
      const { group, left } = split(waiting, way);
      waiting = left;
      running += 1;
      void run(group).then(() => {
        running -= 1;
        next();
      });
    }
  };
  return (ask) =>
    new Promise((resolve) => {
      waiting.push({ ask, resolve });
      next();
    });
}

/** Those who came first, one of each place. */
function split<Ask, Result>(
  waiting: Waiting<Ask, Result>[],
  { most, placeOf }: InGroups<Ask, Result>,
): { group: Waiting<Ask, Result>[]; left: Waiting<Ask, Result>[] } {
  const group = new Map<string, Waiting<Ask, Result>>();
  const left: Waiting<Ask, Result>[] = [];
  for (const each of waiting) {
    const place = placeOf(each.ask);
    if (group.size < most && !group.has(place)) group.set(place, each);
    else left.push(each);
  }
  return { group: [...group.values()], left };
}

/** One queue for each key, kept while somebody is in it. */
export function inGroupsOf<Ask, Result>(
  keyOf: (ask: Ask) => string,
  wayOf: (key: string) => InGroups<Ask, Result>,
): (ask: Ask) => Promise<Result> {
  const queues = new Map<string, { go: (ask: Ask) => Promise<Result>; inside: number }>();
  return async (ask) => {
    const key = keyOf(ask);
    const queue = queues.get(key) ?? { go: inGroups(wayOf(key)), inside: 0 };
    queues.set(key, queue);
    queue.inside += 1;
    try {
      return await queue.go(ask);
    } finally {
      queue.inside -= 1;
      if (queue.inside === 0) queues.delete(key);
    }
  };
}
