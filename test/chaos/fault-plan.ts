import type { Chance } from './chance.ts';

/** What can be done to the running product. Killing is `kill -9`; `flush` empties Redis. */
export type Victim = 'api' | 'worker-1' | 'temporal' | 'flush';

export interface Fault {
  /** Milliseconds after the fault before it, at the earliest. */
  after: number;
  victim: Victim;
  /** Wait, but not for ever, until a model call is under way: so that claims without an outcome are sure to come about. */
  inMidCall: boolean;
}

/** The supervisor gives a part up after five deaths in a minute, as it should: fewer than that, with room to spare. */
const mostDeaths = 3;
const windowMs = 62_000;
const weights: Record<Victim, number> = { 'worker-1': 5, api: 4, temporal: 3, flush: 3 };
const [shortestGapMs, longestGapMs] = [1500, 7000];

/** When to do what, from chance alone. */
export function planFaults(chance: Chance, kills: number): Fault[] {
  const faults: Fault[] = [];
  const times: Record<Victim, number[]> = { 'worker-1': [], api: [], temporal: [], flush: [] };
  let at = 0;
  while (faults.length < kills) {
    const after = chance.between(shortestGapMs, longestGapMs);
    at += after;
    const wanted = chance.pick(weights);
    const recent = times[wanted].filter((time) => at - time < windowMs);
    const victim = recent.length >= mostDeaths ? 'flush' : wanted;
    times[victim].push(at);
    faults.push({ after, victim, inMidCall: chance.next() < 0.6 });
  }
  return faults;
}

/** When to give each task: all over the time of the faults, so that every fault meets work in all states. */
export function planArrivals(chance: Chance, tasks: number, overMs: number): number[] {
  return Array.from({ length: tasks }, () => Math.floor(chance.next() * overMs)).sort((a, b) => a - b);
}
