import type { Cost } from '../contracts/cost.ts';
import type { Waiting } from '../contracts/waiting.ts';
import { TaskStatus, WaitingFor } from '../contracts/status.ts';
import type { Purse } from '../core/budget/escrow.ts';
import { whyChosen } from '../core/task/why-chosen.ts';
import { nobodyIsAble } from './assignment/able-agents.ts';
import { readPursesOfTasks } from './budgets/budget-store.ts';
import { costColumns, type CostRow, ownCosts, treeCosts } from './cost-reads.ts';
import { readHeld } from './held-reads.ts';
import type { ListFields } from './list-page.ts';
import type { AttemptRow } from './mappings/attempt.ts';
import type { TaskRow } from './mappings/task.ts';
import type { Tx } from './record.ts';
import { readWaited } from './wait-reads.ts';

/** A task as it is shown: its row with the agent's name. The bulky columns of its inner life stay behind. */
export interface ListedTask extends TaskRow {
  agentName: string | null;
  agentRole: string | null;
}

export type ListedAttempt = AttemptRow &
  CostRow & { agentName: string; agentRole: string; why: string | null };
export interface ListedFile {
  taskId: string;
  id: string;
  name: string;
  status: string;
}

/** What belongs to a set of tasks, by task id. A few queries, however many tasks. */
export interface TaskParts {
  attempts: Map<string, ListedAttempt[]>;
  files: Map<string, ListedFile[]>;
  own: Map<string, Cost>;
  tree: Map<string, Cost>;
  /** By root task. */
  budgets: Map<string, Purse>;
  /** What keeps those from going on of which nothing is at work. */
  held: Map<string, Waiting>;
  /** Milliseconds that they stood still, of their attempts too (`attemptOf`). */
  waited: Map<string, number>;
}

const source = 'tasks t LEFT JOIN agents a ON a.id = t.agent_id';
const columns = 't.*, a.name AS agent_name, a.role AS agent_role';
/** Of the whole tree for a root, else of the task alone. */
const cost = `(SELECT coalesce(sum(l.micro_usd), 0)::float8 / 1e6 FROM ledger l WHERE l.task_id = t.id OR l.root_task_id = t.id)`;

export const taskList = {
  from: source,
  columns,
  where: 't.conversation_id IS NULL',
  fields: {
    title: { sql: 't.title', type: 'text' },
    goal: { sql: 't.goal', type: 'text', orderable: false },
    status: { sql: 't.status', type: 'text', values: TaskStatus.options },
    waitingFor: { sql: 't.waiting_for', type: 'text', values: WaitingFor.options, orderable: false },
    nobodyAble: { sql: nobodyIsAble, type: 'bool', orderable: false },
    priority: {
      sql: `(ARRAY['low', 'medium', 'high', 'urgent'])[t.priority + 1]`,
      type: 'text',
      values: ['low', 'medium', 'high', 'urgent'],
      orderable: false,
    },
    urgency: { sql: 't.priority', type: 'number' },
    agentId: { sql: 't.agent_id', type: 'text', orderable: false },
    'agent.name': { sql: 'a.name', type: 'text', orderable: false },
    parentId: { sql: 't.parent_id', type: 'text', orderable: false },
    rootId: { sql: 't.root_id', type: 'text' },
    runId: { sql: 't.run_id', type: 'text', orderable: false },
    depth: { sql: 't.depth', type: 'number' },
    attempt: { sql: 't.attempt', type: 'number' },
    cost: { sql: cost, type: 'number' },
    createdAt: { sql: 't.created_at', type: 'time' },
    startedAt: { sql: 't.started_at', type: 'time', orderable: false },
    endedAt: { sql: 't.ended_at', type: 'time', orderable: false },
  },
} satisfies ListFields;

export async function readTask(tx: Tx, taskId: string): Promise<ListedTask | null> {
  const [row] = await tx.sql<ListedTask>(
    `SELECT ${columns} FROM ${source} WHERE t.id = $1 AND t.workspace_id = $2`,
    [taskId, tx.workspaceId],
  );
  return row ?? null;
}

/** All tasks of a tree, the oldest first. */
export async function readTree(tx: Tx, rootId: string): Promise<ListedTask[]> {
  return tx.sql<ListedTask>(
    `SELECT ${columns} FROM ${source} WHERE t.root_id = $1 AND t.workspace_id = $2 ORDER BY t.id`,
    [rootId, tx.workspaceId],
  );
}

export async function readTaskParts(tx: Tx, rows: readonly ListedTask[]): Promise<TaskParts> {
  const taskIds = rows.map(({ id }) => id);
  const attempts = await readAttempts(tx, taskIds);
  return {
    attempts: Map.groupBy(attempts, ({ taskId }) => taskId),
    files: await readTaskFiles(tx, taskIds),
    own: await ownCosts(tx, taskIds),
    tree: await treeCosts(tx, taskIds),
    budgets: await readPursesOfTasks(tx, taskIds),
    held: await readHeld(tx, { tasks: rows }),
    waited: await readWaited(tx, rows, attempts),
  };
}

export async function readTaskFiles(tx: Tx, taskIds: readonly string[]): Promise<Map<string, ListedFile[]>> {
  const files = await tx.sql<ListedFile>(
    `SELECT tf.task_id, f.id, f.name, f.status FROM task_files tf JOIN files f ON f.id = tf.file_id
     WHERE tf.task_id = ANY($1) AND f.workspace_id = $2 ORDER BY tf.task_id, tf.position`,
    [taskIds, tx.workspaceId],
  );
  return Map.groupBy(files, ({ taskId }) => taskId);
}

/** With what their own calls cost. */
export async function readAttempts(tx: Tx, taskIds: readonly string[]): Promise<ListedAttempt[]> {
  const rows = await tx.sql<Omit<ListedAttempt, 'why'>>(
    `SELECT p.*, a.name AS agent_name, a.role AS agent_role, c.*
       FROM attempts p JOIN agents a ON a.id = p.agent_id
       CROSS JOIN LATERAL (SELECT ${costColumns} FROM ledger l WHERE l.task_id = p.task_id AND l.attempt = p.n) c
     WHERE p.task_id = ANY($1) AND p.workspace_id = $2 ORDER BY p.task_id, p.n`,
    [taskIds, tx.workspaceId],
  );
  return rows.map((row) => ({ ...row, why: whyChosen(row.assignment) }));
}
