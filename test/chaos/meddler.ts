/**
 * The person who cannot leave things alone: pauses, resumes, cancels and tries again, while parts of the product are killed. The last deed lets
 * go on whatever stands still, so that everything can end.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import { type Desk, post } from './desk.ts';

const deedWeights = { pause: 3, resume: 2, cancel: 3, retry: 4 } as const;
type Deed = keyof typeof deedWeights;

export interface Meddling {
  /** Milliseconds after the deed before it. */
  after: number;
  deed: Deed;
}

/** A few deeds in any order, sensible or not; what makes no sense is refused. */
export function planMeddling(chance: Chance): Meddling[] {
  const deeds = Array.from({ length: chance.between(3, 6) }, () => chance.pick(deedWeights));
  const all: Deed[] = [...deeds, 'resume'];
  return all.map((deed) => ({ after: chance.between(200, 2500), deed }));
}

export type Expected = 'completed' | 'cancelled';

/** @param path `tasks/{id}` or `runs/{id}`. @returns how it must end: cancelled unless it was tried again after that */
export async function meddle(
  desk: Desk,
  { path, key, deeds }: { path: string; key: string; deeds: readonly Meddling[] },
): Promise<Expected> {
  let expected: Expected = 'completed';
  for (const [n, { after, deed }] of deeds.entries()) {
    await pause(after);
    const asked = { path: `${path}/${deed}`, key: `${key}-${n}-${deed}`, body: {} };
    const { status, body } = await post(desk, asked);
    if (status >= 300 && body.code !== 'wrong_state')
      throw new Error(`POST /${asked.path} was answered with ${status}: ${JSON.stringify(body)}`);
    if (status < 300 && deed === 'cancel') expected = 'cancelled';
    if (status < 300 && deed === 'retry') expected = 'completed';
  }
  return expected;
}
