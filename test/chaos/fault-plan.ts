import type { Chance } from './chance.ts';

/** What can be done to the running product. Killing is `kill -9`; `flush` empties Redis. */
export const victims = ['api', 'worker-1', 'temporal', 'flush', 'redis', 'postgres'] as const;
export type Victim = (typeof victims)[number];
export const usualVictims: readonly Victim[] = ['api', 'worker-1', 'temporal', 'flush'];

export interface Fault {
  /** Milliseconds after the fault before it, at the earliest. */
  after: number;
  victim: Victim;
  /** Wait, but not for ever, until a model call is under way: so that claims without an outcome are sure to come about. */
  inMidCall: boolean;
}

/** The supervisor gives a part up after five deaths in a minute, as it should: fewer than that, with room to spare. The same for `flush`. */
const mostDeaths = 3;
const windowMs = 62_000;
const weights: Record<Victim, number> = {
  'worker-1': 5,
  api: 4,
  temporal: 3,
  flush: 2,
  redis: 2,
  postgres: 3,
};
const [shortestGapMs, longestGapMs] = [1500, 7000];

/** When to do what, from chance alone. When all who may die have died often enough for the moment, the next fault comes later. */
export function planFaults(chance: Chance, kills: number, among: readonly Victim[] = usualVictims): Fault[] {
  const faults: (Fault & { at: number })[] = [];
  const isFit = (victim: Victim, at: number) => {
    const recent = faults.filter((fault) => fault.victim === victim && at - fault.at < windowMs);
    return recent.length < mostDeaths;
  };
  let last = 0;
  while (faults.length < kills) {
    let at = last + chance.between(shortestGapMs, longestGapMs);
    while (!among.some((victim) => isFit(victim, at))) at += longestGapMs;
    const fit = among.filter((victim) => isFit(victim, at));
    const victim = chance.pick(
      Object.fromEntries(fit.map((name) => [name, weights[name]])) as Record<Victim, number>,
    );
    faults.push({ at, after: at - last, victim, inMidCall: chance.next() < 0.6 });
    last = at;
  }
  return faults.map(({ after, victim, inMidCall }) => ({ after, victim, inMidCall }));
}

/** When to give each task: all over the time of the faults, so that every fault meets work in all states. */
export function planArrivals(chance: Chance, tasks: number, overMs: number): number[] {
  return Array.from({ length: tasks }, () => Math.floor(chance.next() * overMs)).sort((a, b) => a - b);
}
