import type { Run, Step } from '../../../src/contracts/run.ts';
import type { AgentRef, Task, TaskTree } from '../../../src/contracts/task.ts';
import { lastAgent } from './last-agent.ts';
import { type AnyStatus, isOver } from '../words/status-words.ts';

/**
 * The plan as people see it: steps in their order, the turns of a forEach under one row, and under a step the plan that it was planned with
 * in turn, or the steps of the workflow that it runs.
 */
export interface PlanRow {
  /** Unique in the tree, and in the address: step key, with the keys above it before. */
  path: string;
  step: Step;
  /** The task behind the step, with its attempts and result. */
  tree: TaskTree | null;
  /** The run that the step belongs to; null for the goal itself. */
  run: Pick<Run, 'id' | 'status' | 'parentRunId'> | null;
  rows: PlanRow[];
}

export function planRows(tree: TaskTree, above = ''): PlanRow[] {
  return tree.run ? rowsOf(tree, tree.run, above) : [];
}

function rowsOf(tree: TaskTree, run: Run, above: string): PlanRow[] {
  const tasks = new Map(tree.children.map((child) => [child.task.id, child]));
  const nested = new Map(tree.nested.map((each) => [each.id, each]));
  const rows: PlanRow[] = [];
  const groups = new Map<string, PlanRow>();
  for (const step of run.steps) {
    const path = above + step.key;
    const below = step.taskId === null ? undefined : tasks.get(step.taskId);
    const inside = step.childRunId === null ? undefined : nested.get(step.childRunId);
    const agent = step.agent ?? (below ? lastAgent(below.task) : null);
    const row = {
      path,
      step: { ...step, ...standing(step, below?.task ?? inside), agent },
      run,
      tree: below ?? null,
      rows: inside ? rowsOf(tree, inside, `${path}/`) : below ? planRows(below, `${path}/`) : [],
    };
    const group = step.index === null ? undefined : groups.get(step.stepId);
    if (step.index === null) {
      groups.set(step.stepId, row);
      rows.push(row);
    } else if (group) group.rows.push(row);
    else {
      const made = groupOf(row, above);
      groups.set(step.stepId, made);
      rows.push(made);
    }
  }
  for (const row of groups.values())
    if (row.rows.some(({ step }) => step.index !== null)) row.step = summed(row);
  return rows;
}

/** A step that is a plan or a workflow of its own waits when all of that does, for what that waits for; while something of it is at work, so is the step. */
export function standing(
  { status, waiting }: Pick<Step, 'status' | 'waiting'>,
  inner: Pick<Task | Run, 'held'> | undefined,
): Pick<Step, 'status' | 'waiting'> {
  if (isOver(status) || status === 'pending' || inner === undefined) return { status, waiting };
  if (inner.held) return { status: 'waiting', waiting: inner.held };
  return status === 'waiting' ? { status: 'in_progress', waiting: null } : { status, waiting };
}

/** A forEach whose turns came without a row of their own. */
function groupOf(first: PlanRow, above: string): PlanRow {
  const { step } = first;
  const title = withoutNumber(step.title);
  return {
    path: above + step.stepId,
    step: { ...step, key: step.stepId, index: null, title, taskId: null, attempt: 0 },
    tree: null,
    run: first.run,
    rows: [first],
  };
}

/** A group's row shows what its turns took together. */
function summed({ step, rows }: PlanRow): Step {
  const turns = rows.map((row) => row.step);
  const started = turns.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt])).sort();
  const ended = turns.flatMap(({ endedAt }) => (endedAt === null ? [] : [endedAt])).sort();
  const all = turns.every(({ status }) => isOver(status));
  const status = isOver(step.status) && all ? step.status : groupStatus(turns.map((turn) => turn.status));
  return {
    ...step,
    status,
    startedAt: step.startedAt ?? started[0] ?? null,
    endedAt: step.endedAt ?? (all ? (ended.at(-1) ?? null) : null),
    cost: step.cost.calls > 0 ? step.cost : turns.map(({ cost }) => cost).reduce(addCost),
  };
}

function groupStatus(statuses: Step['status'][]): Step['status'] {
  const order: Step['status'][] = [
    'in_progress',
    'waiting',
    'assigned',
    'pending',
    'failed',
    'cancelled',
    'completed',
  ];
  return order.find((status) => statuses.includes(status)) ?? 'skipped';
}

function addCost(one: Step['cost'], other: Step['cost']): Step['cost'] {
  return {
    usd: one.usd === null || other.usd === null ? null : one.usd + other.usd,
    calls: one.calls + other.calls,
    inputTokens: one.inputTokens + other.inputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}

/** All rows without groups, in the order in which `J` and `K` walk them. */
export function flatRows(rows: PlanRow[]): PlanRow[] {
  return rows.flatMap((row) => [row, ...flatRows(row.rows)]);
}

/** The steps that count for "6 of 9": turns and steps, not the rows that group them. */
export function leaves(rows: PlanRow[]): PlanRow[] {
  return rows.flatMap((row) => (row.rows.length > 0 ? leaves(row.rows) : [row]));
}

/** As many as it is known to become: the turns of a forEach that have not begun count, too. */
export function countSteps(rows: PlanRow[]): number {
  const unseen = flatRows(rows).map(({ step: { items }, rows: turns }) =>
    items === null ? 0 : Math.max(0, items - Math.max(1, turns.length)),
  );
  return unseen.reduce((sum, n) => sum + n, leaves(rows).length);
}

/** The record numbers the turns of a forEach: `Read (2)`. */
function withoutNumber(title: string): string {
  return title.replace(/ \(\d+\)$/, '');
}

/** What tells a turn of a forEach from the others: its file, or what it was asked; else its number. */
export function titleOf({ step, tree }: PlanRow): string {
  if (step.index === null) return step.title;
  const { files = [], goal } = tree?.task ?? {};
  const [file] = files;
  const about =
    (files.length === 1 && file?.name) || goal?.trim().split('\n')[0] || withoutNumber(step.title);
  return `${step.index + 1} · ${about}`;
}

/** Carried out, or decided that it is not needed. What failed or was cancelled is over, but not done. */
export function isDone({ step }: PlanRow): boolean {
  return step.status === 'completed' || step.status === 'skipped';
}

export function isFolded(row: PlanRow): boolean {
  return row.rows.length > 0 && isOver(row.step.status) && row.step.status !== 'failed';
}

/** Agents that work in a group, each once. */
export function agentsOf(row: PlanRow): AgentRef[] {
  const found = new Map<string, AgentRef>();
  for (const { step } of [row, ...flatRows(row.rows)]) if (step.agent) found.set(step.agent.id, step.agent);
  return [...found.values()];
}

/** Why a row stands still or ended as it did; always written. */
export function reasonOf({ step }: PlanRow): { text: string; status: AnyStatus } | null {
  if (step.status === 'waiting') {
    return { text: step.waiting?.detail || step.reason || 'The reason is not known yet.', status: 'waiting' };
  }
  if (step.status === 'failed') return { text: step.reason ?? 'No reason was given.', status: 'failed' };
  if (step.status === 'cancelled' && step.reason) return { text: step.reason, status: 'cancelled' };
  return null;
}
