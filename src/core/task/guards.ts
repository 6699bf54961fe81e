/**
 * Guards: what stops work that goes round in circles.
 *
 * 1. Pure, and asked before a call is planned: what a guard stops has not happened, and nothing that is under way is cut off.
 * 2. A guard that trips holds the task up, visibly (`waiting: person`, `guard.tripped`), without a slot. A person lifts it for this task
 *    alone, which gives it its allowance once more (as often as what it wants takes), or cancels the task. It never fails by itself:
 *    what was done so far may be worth more than the limit.
 * 3. Limits are the agent's (`limits` of its revision) or the constants here. `hops` is the workspace's.
 */
import type { GuardName, TrippedGuard } from '../../contracts/guard.ts';
import { hopsProblem, nextHops, writes } from '../messages/hops.ts';
import { goalsGiven } from './delegation.ts';
import { repeatsGoal } from './repeats-goal.ts';
import { isSummary } from './summaries.ts';
import type { CurrentAttempt, EffectFacts, NewEffect, TaskMove, TaskSnapshot } from './snapshot.ts';
import { headOf } from '../context/clip.ts';

/** The same call with the same arguments that brought the same: the next one is stopped. */
export const maxSameAction = 3;

interface Guarded {
  snapshot: TaskSnapshot;
  limits: CurrentAttempt['agent']['spec']['limits'];
  /** What would begin now. */
  next: readonly NewEffect[];
  /** Allowances that a person has given. */
  lifted(guard: GuardName): number;
}

type Guard = (work: Guarded) => TrippedGuard | null;

/** @param needed allowances, of which those that were given are not enough */
function missing(needed: number, given: number): { allowances?: number } {
  return needed - given > 1 ? { allowances: needed - given } : {};
}

/** The move itself, or the wait for a person that a guard makes of it. */
export function unlessGuarded(snapshot: TaskSnapshot, current: CurrentAttempt, move: TaskMove): TaskMove {
  const next = move.move === 'call' ? move.effects : move.move === 'rejectPlan' ? [move.then] : [];
  if (next.length === 0) return move;
  const { limits } = current.agent.spec;
  const lifted = (guard: GuardName) => snapshot.task.guardsLifted?.[guard] ?? 0;
  for (const guard of guards) {
    const tripped = guard({ snapshot, limits, next, lifted });
    if (tripped) return { move: 'wait', for: 'person', detail: tripped.detail, guard: tripped };
  }
  return move;
}

const turns: Guard = ({ snapshot, limits, next, lifted }) => {
  if (!next.some(({ kind }) => kind === 'model')) return null;
  const most = limits.maxTurns * (1 + lifted('turns'));
  const taken = snapshot.effects.filter((effect) => effect.kind === 'model' && !isSummary(effect)).length;
  return taken < most ? null : { guard: 'turns', detail: `The limit of ${most} turns is used up.` };
};

const time: Guard = ({ snapshot: { task, now, effects }, limits, lifted }) => {
  const over =
    task.workUntil == null
      ? task.workLeftSeconds != null && task.workLeftSeconds <= 0
      : now !== undefined && now >= task.workUntil;
  if (effects.length === 0 || !over) return null;
  return {
    guard: 'time',
    detail: `The limit of ${limits.maxMinutes * (1 + lifted('time'))} minutes is used up.`,
  };
};

const depth: Guard = ({ snapshot: { task }, limits, next, lifted }) => {
  const most = limits.maxDepth + lifted('depth');
  if (goalsGiven(next).length === 0 || task.depth < most) return null;
  return {
    guard: 'depth',
    detail: `It wants to delegate on from depth ${task.depth}; the limit is ${most}.`,
    ...missing(task.depth + 1 - limits.maxDepth, lifted('depth')),
  };
};

const fanOut: Guard = ({ snapshot, limits, next, lifted }) => {
  const wanted = goalsGiven(next).length;
  const most = limits.maxChildren * (1 + lifted('fan_out'));
  const there = snapshot.lineage?.children ?? 0;
  if (wanted === 0 || there + wanted <= most) return null;
  const detail = `It has delegated ${there} tasks and wants ${wanted} more; the limit is ${most}.`;
  const needed = Math.ceil((there + wanted) / limits.maxChildren) - 1;
  return { guard: 'fan_out', detail, ...missing(needed, lifted('fan_out')) };
};

const hops: Guard = ({ snapshot, next, lifted }) => {
  if (!snapshot.hops || !next.some(writes)) return null;
  const { heard, limit } = snapshot.hops;
  const wanted = nextHops([heard]);
  const detail = hopsProblem(wanted, limit * (1 + lifted('hops')));
  if (detail === null) return null;
  return { guard: 'hops', detail, ...missing(Math.ceil(wanted / limit) - 1, lifted('hops')) };
};

const sameGoal: Guard = ({ snapshot: { task, lineage }, next, lifted }) => {
  if (lifted('same_goal') > 0) return null;
  const above = [task.goal, ...(lineage?.goals ?? [])];
  const repeated = goalsGiven(next).find((goal) => above.some((other) => repeatsGoal(goal, other)));
  if (repeated === undefined) return null;
  return { guard: 'same_goal', detail: `It wants to delegate its own goal: “${headOf(repeated, 120)}”` };
};

const sameAction: Guard = ({ snapshot, next, lifted }) => {
  const most = maxSameAction * (1 + lifted('same_action'));
  const again = next.find(
    (effect) => effect.kind === 'tool' && timesInVain(snapshot.effects, effect) >= most,
  );
  if (!again) return null;
  const detail = `It called ${again.purpose} ${most} times with the same arguments, and the same came of it.`;
  return { guard: 'same_action', detail };
};

/** In the order in which they are named to a person when several would trip. */
const guards: readonly Guard[] = [turns, time, depth, fanOut, hops, sameGoal, sameAction];

/** Ids of what calls have made: each time another one, for the same that came of it. */
const madeByUs = /\b(?:msg|tsk|run|fil)_[0-9a-z]{26}\b/g;

/** How often this very call brought what it brought the last time. */
function timesInVain(effects: readonly EffectFacts[], wanted: NewEffect): number {
  const action = actionOf(wanted);
  const same = effects.filter((effect) => effect.status === 'settled' && actionOf(effect) === action);
  const results = same.map(({ outcome }) => JSON.stringify(outcome ?? null).replaceAll(madeByUs, ''));
  return results.filter((result) => result === results.at(-1)).length;
}

function actionOf({ kind, purpose, input }: Pick<NewEffect, 'kind' | 'purpose' | 'input'>): string {
  const written = typeof input?.arguments === 'string' ? input.arguments : '';
  return `${kind} ${purpose} ${sorted(written)}`;
}

/** The same arguments in another order, or with other spaces, are the same. */
function sorted(written: string): string {
  try {
    return JSON.stringify(JSON.parse(written), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
        : value,
    );
  } catch {
    return written.trim();
  }
}
