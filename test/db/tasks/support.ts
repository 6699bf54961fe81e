import { pino } from 'pino';
import { createTask } from '../../../src/commands/create-task.ts';
import type { Caller } from '../../../src/commands/caller.ts';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import { CreateTask } from '../../../src/contracts/task.ts';
import type { ModelCandidate } from '../../../src/core/route-model.ts';
import { insertAgent } from '../../../src/db/agent-store.ts';
import type { Settlement } from '../../../src/db/calls/settle-call.ts';
import { createDataSource } from '../../../src/db/data-source.ts';
import { createDatabase, type Database, type Tx } from '../../../src/db/record.ts';
import { createTaskRecord, type TaskRecord } from '../../../src/db/task-record.ts';
import { closeLater } from '../../support/close-later.ts';
import { createTestDatabase, type PostgresVersion } from '../../support/database.ts';

export const logger = pino({ level: 'silent' });

export const model: ModelCandidate = {
  provider: 'cloud',
  id: 'big',
  aliases: [],
  fit: ['plan', 'json', 'write', 'tools'],
  contextTokens: 100_000,
};

/** The record alone: no Temporal, no Redis; a test is the Temporal workflow and its activities. */
export interface Desk {
  db: Database;
  tasks: TaskRecord;
  caller: Caller;
  asker: { workspaceId: string; now: number };
  inside<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  rows<Row>(text: string, ...parameters: unknown[]): Promise<Row[]>;
  /** A Master Operator that alone has the capability of its name. */
  hire(capability: string, maxConcurrent?: number): Promise<string>;
  /** A task for whoever has the capability. */
  give(capability: string): Promise<string>;
  look(taskId: string, lost?: string[]): ReturnType<TaskRecord['standTask']>;
  claim(taskId: string, key: string): ReturnType<TaskRecord['claimModelCall']>;
  settle(
    taskId: string,
    key: string,
    end: Partial<Settlement> & { try: number },
  ): ReturnType<TaskRecord['settleModelCall']>;
}

export const reserved = 5000;
const usage = {
  inputTokens: 10,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 5,
  reasoningTokens: 0,
};
export const paid = { outcome: 'ok' as const, usage, microUsd: 700, latencyMs: 3 };

export async function openDesk(version: PostgresVersion): Promise<Desk> {
  const { url } = await createTestDatabase({ version });
  const dataSource = await createDataSource({
    url,
    poolSize: 24,
    applicationName: 'task store test',
  }).initialize();
  closeLater('the desk’s pool', () => dataSource.destroy());
  const db = createDatabase(dataSource, { ring: () => undefined });
  const [principal] = await db.acrossWorkspaces<{ id: string; workspaceId: string }>(
    'SELECT id, workspace_id FROM principals LIMIT 1',
  );
  const { id: principalId, workspaceId } = principal as { id: string; workspaceId: string };
  const caller: Caller = { workspaceId, principalId, role: 'owner' };
  const asker = { workspaceId, now: Date.now() };
  const reserve = () => ({ microUsd: reserved, price: null });
  const options = {
    models: [model],
    reserve,
    modelsOf: async () => ({ candidates: [model], reserve }),
    toolsOf: async () => [],
  };
  const tasks = createTaskRecord(db, options);
  const inside = <Result>(work: (tx: Tx) => Promise<Result>) =>
    db.inWorkspace({ workspaceId, actor: principalId }, work);
  return {
    db,
    tasks,
    caller,
    asker,
    inside,
    rows: (text, ...parameters) => db.acrossWorkspaces(text, parameters),
    hire: async (capability, maxConcurrent = 4) => {
      const spec = AgentSpec.parse({
        name: capability,
        role: 'master_operator',
        capabilities: [{ name: capability, level: 3 }],
        tools: ['search_files', 'read_file', 'ask'],
        limits: { maxConcurrent },
      });
      return (await inside((tx) => insertAgent(tx, spec))).id;
    },
    give: async (capability) => {
      const input = CreateTask.parse({ goal: 'Do it.', requires: [{ name: capability, level: 1 }] });
      return (await inside((tx) => createTask(tx, caller, input))).id;
    },
    look: (taskId, lost) => tasks.standTask(asker, lost ? { taskId, lost } : { taskId }),
    claim: (taskId, key) => tasks.claimModelCall(asker, { taskId, key }),
    settle: (taskId, key, { try: tryNumber, ...rest }) =>
      tasks.settleModelCall(asker, {
        taskId,
        call: { key, callId: 'call', try: tryNumber, purpose: 'work', model: 'big' },
        ledger: paid,
        end: {
          as: 'settled',
          outcome: { text: 'Done.', toolCalls: [], stop: 'end' },
          said: { text: 'Done.' },
        },
        ...rest,
      }),
  };
}
