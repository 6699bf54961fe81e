/** A run that failed or is cancelled: running rows are told to stop, everything that has not begun is cancelled. */
import type { IndexedStep } from './definition-index.ts';
import { isRunning, onlyWaits, type NextSteps, type RunEnd, type StepRow } from './step-rows.ts';
import type { Walk } from './walk.ts';
import { isFinished } from '../../contracts/status.ts';

/** Keeps what the walk has settled for good; planned starts and retries are dropped. */
export function stopRun(walk: Walk, end: RunEnd): NextSteps {
  const settle = walk.out.settle.filter(({ status }) => status !== 'pending');
  const settled = new Set(settle.map(({ key }) => key));
  const items = groupItems(walk);
  const cancel = new Set(walk.out.cancel.filter((key) => settled.has(key)));
  let running = 0;

  for (const row of inOrder(walk)) {
    if (settled.has(row.key) || isForEachRow(walk, row)) continue;
    const waits = onlyWaits(walk.index.byId.get(row.stepId)?.step.kind);
    if (isRunning(row.status) && !waits) {
      cancel.add(row.key);
      running += 1;
    } else if (row.status === 'pending' || isRunning(row.status)) {
      settled.add(row.key);
      settle.push({ key: row.key, stepId: row.stepId, index: row.index, status: 'cancelled' });
    }
  }
  for (const { step } of walk.index.ordered) {
    const row = walk.rows.get(step.id);
    if (settled.has(step.id) || (row !== undefined && (isFinished(row.status) || step.forEach === null)))
      continue;
    // A forEach is cancelled after its last running item.
    if (items.get(step.id)?.some((item) => isRunning(item.status) && !settled.has(item.key)) === true)
      continue;
    settle.push({ key: step.id, stepId: step.id, index: null, status: 'cancelled' });
  }
  return {
    settle,
    start: [],
    expand: [],
    cancel: [...cancel],
    remind: [],
    replan: [],
    wakeAt: null,
    end: running === 0 ? end : null,
  };
}

/** The answer must not depend on the order in which rows were read. */
function inOrder(walk: Walk): StepRow[] {
  const place = ({ stepId }: StepRow) => walk.index.byId.get(stepId)?.position ?? walk.index.ordered.length;
  return [...walk.rows.values()].toSorted(
    (left, right) =>
      place(left) - place(right) ||
      (left.index ?? -1) - (right.index ?? -1) ||
      (left.key < right.key ? -1 : 1),
  );
}

function isForEachRow(walk: Walk, row: StepRow): boolean {
  const indexed: IndexedStep | undefined = walk.index.byId.get(row.stepId);
  return row.index === null && indexed?.step.forEach != null;
}

function groupItems(walk: Walk): Map<string, StepRow[]> {
  const items = new Map<string, StepRow[]>();
  for (const row of walk.rows.values()) {
    if (row.index === null) continue;
    const list = items.get(row.stepId);
    if (list === undefined) items.set(row.stepId, [row]);
    else list.push(row);
  }
  return items;
}
