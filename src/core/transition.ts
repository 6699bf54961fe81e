import { fileTransitions, runTransitions, stepTransitions, taskTransitions } from '../contracts/status.ts';

const tables = {
  task: taskTransitions,
  run: runTransitions,
  step: stepTransitions,
  file: fileTransitions,
} as const;

export type Aggregate = keyof typeof tables;
export type StatusOf<Kind extends Aggregate> = keyof (typeof tables)[Kind] & string;

/**
 * Whoever writes a status passes here. Keeping the same one is no transition. A violation is our mistake, and a plain error: the
 * transaction is rolled back, and Temporal asks again until a corrected version is there.
 */
export function checkTransition<Kind extends Aggregate>(
  kind: Kind,
  from: StatusOf<Kind>,
  to: StatusOf<Kind>,
): void {
  const allowed = tables[kind][from as never] as readonly string[];
  if (from !== to && !allowed.includes(to)) throw new Error(`A ${kind} does not go from ${from} to ${to}.`);
}

/** For statements that change many rows at once: the statuses from which this one may be reached, itself not included. */
export function statusesBefore<Kind extends Aggregate>(kind: Kind, to: StatusOf<Kind>): StatusOf<Kind>[] {
  const all = Object.entries(tables[kind]) as [StatusOf<Kind>, readonly string[]][];
  return all.flatMap(([from, next]) => (next.includes(to) ? [from] : []));
}
