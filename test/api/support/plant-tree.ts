import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { newId } from '../../../src/db/new-id.ts';
import type { Tx } from '../../../src/db/record.ts';
import { insertPlan } from '../../../src/db/plan-store.ts';
import { insertRun } from '../../../src/db/run-store.ts';
import { insertTask } from '../../../src/db/task-store.ts';
import { insertWorkflow } from '../../../src/db/workflow-store.ts';
import type { RunningApi } from './running-api.ts';

export interface PlantedTree {
  rootId: string;
  runId: string;
  childIds: string[];
  /** Of the children's model calls. */
  callIds: string[];
}

const definition = WorkflowDefinition.parse({
  name: 'Planted',
  steps: [
    {
      id: 'read',
      kind: 'agent',
      title: 'Read',
      forEach: { items: 'inputs.files', as: 'file' },
      with: { goal: 'Read it.', requires: [{ capability: 'research', level: 3 }] },
    },
  ],
});

/** A Chief of Staff's task in the middle of its work: a run with one forEach step, whose turns each made one model call. */
export function plantTree(api: RunningApi, { children }: { children: number }): Promise<PlantedTree> {
  return api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, async (tx) => {
    const agents = await tx.sql<{ id: string; name: string }>('SELECT id, name FROM agents ORDER BY id');
    const agentOf = (name: string) => agents.find((agent) => agent.name === name)?.id ?? '';
    const rootId = newId('task');
    const { id: workflowId } = await insertWorkflow(tx, { definition, origin: 'template' });
    await insertTask(tx, {
      ...task(rootId, rootId),
      role: 'chief_of_staff',
      agentId: agentOf('Chief of Staff'),
    });
    const plan = { id: rootId, rootId, priority: 1, depth: 0 };
    const runId = await insertRun(tx, {
      workflowId,
      version: 1,
      definition,
      inputs: {},
      task: plan,
      actor: 'system',
    });
    const told = { kind: 'first', status: 'accepted', origin: 'template', reason: 'It fits best.' } as const;
    const first = { taskId: rootId, n: 1, workflowId, workflowVersion: 1, changes: null, corrections: null };
    await insertPlan(tx, { ...first, ...told });
    await tx.sql(`UPDATE runs SET status = 'running', plan_n = 1 WHERE id = $1`, [runId]);
    await tx.sql(`UPDATE steps SET status = 'in_progress' WHERE run_id = $1`, [runId]);
    await tx.sql(
      `UPDATE tasks SET plan_run_id = $2, plan_origin = 'template', plan_reason = 'It fits best.' WHERE id = $1`,
      [rootId, runId],
    );
    await book(tx, { taskId: rootId, rootId, runId: null, microUsd: 10_000 });
    const childIds: string[] = [];
    const callIds: string[] = [];
    for (let index = 0; index < children; index += 1) {
      const id = await plantChild(tx, { rootId, runId, index, agentId: agentOf('Researcher') });
      childIds.push(id);
      callIds.push(await book(tx, { taskId: id, rootId, runId, microUsd: 2000 }));
    }
    return { rootId, runId, childIds, callIds };
  });
}

const task = (id: string, rootId: string) => ({
  id,
  rootId,
  title: 'Planted',
  goal: 'Grow.',
  status: 'in_progress' as const,
  priority: 1,
  depth: 0,
  actor: 'system',
  attempt: 1,
});

async function plantChild(
  tx: Tx,
  at: { rootId: string; runId: string; index: number; agentId: string },
): Promise<string> {
  const id = newId('task');
  const { rootId, runId, index, agentId } = at;
  await insertTask(tx, {
    ...task(id, rootId),
    role: 'master_operator',
    title: `Read part ${index + 1}`,
    goal: `Read part ${index + 1}.`,
    parentId: rootId,
    runId,
    stepKey: `read[${index}]`,
    agentId,
    depth: 1,
  });
  await tx.sql(
    `INSERT INTO attempts (id, workspace_id, task_id, n, agent_id, agent_revision, status, assignment, started_at)
     VALUES ($1, $2, $3, 1, $4, 1, 'running', $5, now())`,
    [
      newId('attempt'),
      tx.workspaceId,
      id,
      agentId,
      JSON.stringify({ agentId, reason: 'Best fit.', candidates: [], filteredOut: [] }),
    ],
  );
  await tx.sql(
    `INSERT INTO steps (run_id, key, workspace_id, step_id, index, status, task_id, attempts, started_at)
     VALUES ($1, $2, $3, 'read', $4, 'in_progress', $5, 1, now())`,
    [runId, `read[${index}]`, tx.workspaceId, index, id],
  );
  await tx.sql(
    `INSERT INTO transcript (task_id, seq, workspace_id, attempt, turn, role, content, hash)
     VALUES ($1, 1, $2, 1, 1, 'user', '{"text": "hello"}', ''), ($1, 2, $2, 1, 1, 'assistant', '{"text": "hi"}', '')`,
    [id, tx.workspaceId],
  );
  return id;
}

/** A settled model call with its ledger row. */
async function book(
  tx: Tx,
  {
    taskId,
    rootId,
    runId,
    microUsd,
  }: { taskId: string; rootId: string; runId: string | null; microUsd: number },
): Promise<string> {
  const callId = newId('modelCall');
  const key = `${taskId}/1/1/1`;
  await tx.sql(
    `INSERT INTO effects (key, id, workspace_id, task_id, attempt, turn, kind, purpose, status, tries, request, outcome)
     VALUES ($1, $2, $3, $4, 1, 1, 'model', 'work', 'settled', 1, $5, '{"text": "hi"}')`,
    [
      key,
      callId,
      tx.workspaceId,
      taskId,
      JSON.stringify({ kind: 'complete', system: 'You are.', messagesTo: 1 }),
    ],
  );
  await tx.sql(
    `INSERT INTO ledger (id, workspace_id, call_id, call_key, try, task_id, root_task_id, run_id, attempt, provider, model, purpose,
       outcome, input_tokens, output_tokens, micro_usd)
     VALUES ($1, $2, $3, $4, 1, $5, $6, $7, 1, 'fake', 'tiny', 'work', 'ok', 100, 10, $8)`,
    [newId('ledgerEntry'), tx.workspaceId, callId, key, taskId, rootId, runId, microUsd],
  );
  return callId;
}
