import { isFinished, type StepStatus, type WaitingFor } from '../contracts/status.ts';
import type { Waiting } from '../contracts/waiting.ts';
import { heldByPause, type OpenPart, whatHolds } from '../core/task/what-holds.ts';
import type { RunRow } from './mappings/run.ts';
import type { TaskRow } from './mappings/task.ts';
import type { Tx } from './record.ts';

interface FoundPart {
  top: string;
  status: StepStatus;
  waitingFor: WaitingFor | null;
  detail: string | null;
  since: Date | null;
}

const open = (row: string) => `${row}.status NOT IN ('completed', 'failed', 'cancelled')`;

export type OpenTask = Pick<
  TaskRow,
  'id' | 'status' | 'pausedAt' | 'waitingFor' | 'waitingDetail' | 'waitingSince'
>;
export type OpenRun = Pick<RunRow, 'id' | 'status' | 'pausedAt'>;

/** What holds tasks and runs up, by their ids; those of which something is at work, or that are over, are left out. */
export async function readHeld(
  tx: Tx,
  { tasks = [], runs = [] }: { tasks?: readonly OpenTask[]; runs?: readonly OpenRun[] },
): Promise<Map<string, Waiting>> {
  const going = [...tasks, ...runs].filter(({ status }) => !isFinished(status));
  const paused = going.flatMap(({ id, pausedAt }) =>
    pausedAt ? [[id, heldByPause(pausedAt)] as const] : [],
  );
  const waiting = tasks.filter(({ status }) => status === 'waiting');
  const own = waiting.flatMap((task) => {
    const { waiting: why } = partOf({ ...task, detail: task.waitingDetail, since: task.waitingSince });
    return why && why.for !== 'children' ? [[task.id, why] as const] : [];
  });
  const taskIds = waiting.flatMap(({ id, waitingFor }) => (waitingFor === 'children' ? [id] : []));
  const runIds = runs.flatMap(({ id, status }) => (isFinished(status) ? [] : [id]));
  return new Map([...(await heldBelow(tx, taskIds, runIds)), ...own, ...paused]);
}

/** Of tasks that wait for what is below them, and of runs. One query for all of them, none when there are none. */
async function heldBelow(
  tx: Tx,
  taskIds: readonly string[],
  runIds: readonly string[],
): Promise<Map<string, Waiting>> {
  if (taskIds.length + runIds.length === 0) return new Map();
  const found = await tx.sql<FoundPart>(
    `WITH RECURSIVE below (top, task_id, run_id) AS (
       SELECT id, id, NULL::text FROM unnest($1::text[]) id
       UNION SELECT id, NULL, id FROM unnest($2::text[]) id
       UNION SELECT b.top, n.task_id, n.run_id FROM below b CROSS JOIN LATERAL (
         SELECT t.id AS task_id, NULL::text AS run_id FROM tasks t
          WHERE (t.parent_id = b.task_id OR t.run_id = b.run_id) AND t.workspace_id = $3 AND ${open('t')}
         UNION ALL SELECT NULL, r.id FROM runs r
          WHERE (r.task_id = b.task_id OR r.parent_run_id = b.run_id) AND r.workspace_id = $3 AND ${open('r')}) n)
     SELECT b.top, t.status, t.waiting_for, t.waiting_detail AS detail, t.waiting_since AS since
       FROM below b JOIN tasks t ON t.id = b.task_id
      WHERE t.id <> b.top AND (t.status <> 'waiting' OR t.waiting_for <> 'children')
     UNION ALL
     SELECT b.top, 'waiting', 'paused', 'Paused by a person', r.paused_at
       FROM below b JOIN runs r ON r.id = b.run_id WHERE r.paused_at IS NOT NULL
     UNION ALL
     SELECT b.top, s.status, CASE WHEN s.approval_id IS NOT NULL THEN 'approval' WHEN s.wait_until IS NULL THEN 'person' ELSE 'time' END,
            s.reason, s.started_at
       FROM below b JOIN steps s ON s.run_id = b.run_id WHERE s.status = 'waiting' AND s.task_id IS NULL AND s.items IS NULL`,
    [taskIds, runIds, tx.workspaceId],
  );
  const tops = [...Map.groupBy(found, ({ top }) => top)];
  return new Map(
    tops.flatMap(([top, rows]) => {
      const held = whatHolds(rows.map(partOf));
      return held ? [[top, held] as const] : [];
    }),
  );
}

function partOf({ status, waitingFor, detail, since }: Omit<FoundPart, 'top'>): OpenPart {
  const waiting = waitingFor && {
    for: waitingFor,
    detail: detail ?? '',
    since: (since ?? new Date(0)).toISOString(),
  };
  return { status, waiting: status === 'waiting' ? waiting : null };
}
