/**
 * A task that one agent gives to another: a child of its own task, in the same tree, with the same priority. The call waits until the
 * child has ended; then its result is the answer, taken by the parent's own decision (tasks are locked before their children).
 */
import type { Capability } from '../../contracts/agent.ts';
import type { TaskResult } from '../../contracts/task.ts';
import { comesByItself } from '../../core/policy/may-call.ts';
import { toolProblems } from '../../core/task/delegation.ts';
import { keepToolAnswer } from '../calls/answer-tool.ts';
import type { ToolOutcome } from '../calls/tool-outcome.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';
import { insertTask } from '../task-store.ts';
import { titleOfText } from '../../core/messages/words.ts';

/** As much of the world as a delegation looks at. */
export interface ToolsThere {
  tools: readonly { name: string }[];
}

export interface Delegation {
  goal: string;
  title: string | null;
  agentId: string | null;
  requires: Capability[];
  /** Names of those that it cannot be done without. */
  tools: string[];
  /** Ids or names. */
  files: string[];
}

export async function delegateTask(
  tx: Tx,
  { parent, world }: { parent: TaskRow; world: ToolsThere },
  given: Delegation,
): Promise<{ taskId: string; title: string } | { problem: string }> {
  const files = await filesOf(tx, parent.id, given.files);
  const problem =
    files.problem ??
    (await agentProblem(tx, parent, given.agentId)) ??
    (given.tools.length > 0 ? toolProblems(given, await loadOperators(tx, world)) : null);
  if (problem) return { problem };
  const id = newId('task');
  const title = given.title ?? titleOfText(given.goal);
  await insertTask(tx, {
    id,
    parentId: parent.id,
    rootId: parent.rootId,
    role: 'master_operator',
    title,
    goal: given.goal,
    status: 'pending',
    priority: parent.priority,
    depth: parent.depth + 1,
    wantedAgentId: given.agentId,
    requires: given.requires,
    tools: given.tools,
    actor: parent.agentId ?? 'system',
  });
  if (files.ids.length > 0)
    await tx.sql(
      `INSERT INTO task_files (task_id, file_id, position) SELECT $1, id, n FROM unnest($2::text[]) WITH ORDINALITY AS f (id, n)`,
      [id, files.ids],
    );
  const data = { title, parentId: parent.id, runId: null };
  tx.emit({ stream: `task/${id}`, type: 'task.created', data }, { rootTaskId: parent.rootId });
  return { taskId: id, title };
}

async function loadOperators(tx: Tx, { tools }: ToolsThere) {
  const agents = await tx.sql<{ id: string; capabilities: Capability[]; tools: string[] }>(
    `SELECT id, spec->'capabilities' AS capabilities, spec->'tools' AS tools FROM agents
      WHERE workspace_id = $1 AND archived_at IS NULL AND role = 'master_operator'`,
    [tx.workspaceId],
  );
  return { agents, tools: tools.map(({ name }) => name).filter((name) => !comesByItself(name)) };
}

async function filesOf(
  tx: Tx,
  taskId: string,
  named: string[],
): Promise<{ ids: string[]; problem?: string }> {
  if (named.length === 0) return { ids: [] };
  const files = await tx.sql<{ id: string; name: string }>(
    'SELECT f.id, f.name FROM task_files tf JOIN files f ON f.id = tf.file_id WHERE tf.task_id = $1 ORDER BY tf.position',
    [taskId],
  );
  const found = named.map((name) => files.find((file) => file.id === name || file.name === name));
  const missing = named.filter((_, i) => !found[i]);
  if (missing.length > 0) return { ids: [], problem: `Your task has no file ${missing.join(', ')}.` };
  return { ids: [...new Set(found.flatMap((file) => file?.id ?? []))] };
}

async function agentProblem(tx: Tx, parent: TaskRow, agentId: string | null): Promise<string | null> {
  if (agentId === null) return null;
  if (agentId === parent.agentId) return 'You cannot delegate to yourself.';
  const [agent] = await tx.sql(
    `SELECT id FROM agents WHERE id = $1 AND workspace_id = $2 AND archived_at IS NULL AND role = 'master_operator'`,
    [agentId, tx.workspaceId],
  );
  return agent ? null : `There is no Master Operator ${agentId}.`;
}

interface EndedChild {
  status: 'completed' | 'failed' | 'cancelled';
  result: TaskResult | null;
  error: { code: string; message: string } | null;
  agentName: string | null;
}

/** Gives the results of children that have ended to the calls that wait for them. @returns whether there were any */
export async function takeChildren(tx: Tx, task: TaskRow): Promise<boolean> {
  const ended = await tx.sql<EffectRow & { child: EndedChild }>(
    `SELECT e.*, json_build_object('status', c.status, 'result', c.result, 'error', c.error, 'agentName', a.name) AS child
       FROM effects e JOIN tasks c ON c.id = e.waits->'on'->>0 AND c.parent_id = e.task_id LEFT JOIN agents a ON a.id = c.agent_id
      WHERE e.task_id = $1 AND e.attempt = $2 AND e.status = 'waiting' AND e.waits->>'for' = 'children'
        AND c.status IN ('completed', 'failed', 'cancelled') ORDER BY e.key`,
    [task.id, task.attempt],
  );
  for (const { child, ...effect } of ended)
    await keepToolAnswer(tx, task, { effect, answer: answerOf(child) });
  return ended.length > 0;
}

function answerOf({ status, result, error, agentName }: EndedChild): ToolOutcome {
  if (status === 'completed' && result) return { text: result.markdown, data: result.data ?? null };
  const why = error?.message ?? 'It was cancelled.';
  return { text: `${agentName ?? 'Nobody'} could not do it: ${why}`, isError: true };
}
