import type { Chance } from './chance.ts';

/** What can be done to the running product. Killing is `kill -9`; `flush` empties Redis. */
export type Victim = 'api' | 'worker-1' | 'temporal' | 'flush';

export interface Fault {
  /** Milliseconds after the beginning. */
  at: number;
  victim: Victim;
}

/** The supervisor gives a part up after five deaths in a minute, as it should: fewer than that, with room to spare. */
const mostDeaths = 3;
const windowMs = 62_000;
const weights: Record<Victim, number> = { 'worker-1': 5, api: 4, temporal: 3, flush: 3 };
const [shortestGapMs, longestGapMs] = [1500, 5000];

/** When to do what, from chance alone. */
export function planFaults(chance: Chance, kills: number): Fault[] {
  const faults: Fault[] = [];
  let at = 1500;
  while (faults.length < kills) {
    at += chance.between(shortestGapMs, longestGapMs);
    const wanted = chance.pick(weights);
    const recent = faults.filter((fault) => fault.victim === wanted && at - fault.at < windowMs);
    faults.push({ at, victim: wanted !== 'flush' && recent.length >= mostDeaths ? 'flush' : wanted });
  }
  return faults;
}

/** When to give each task: all over the time of the faults, so that every fault meets work in all states. */
export function planArrivals(chance: Chance, tasks: number, overMs: number): number[] {
  return Array.from({ length: tasks }, () => Math.floor(chance.next() * overMs)).sort((a, b) => a - b);
}
