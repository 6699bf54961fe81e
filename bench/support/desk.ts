import { pino } from 'pino';
import type { Caller } from '../../src/commands/caller.ts';
import { createAgent } from '../../src/commands/create-agent.ts';
import { createTask } from '../../src/commands/create-task.ts';
import type { Config } from '../../src/config.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { CreateTask } from '../../src/contracts/task.ts';
import { createDataSource } from '../../src/db/data-source.ts';
import { createDatabase, type Database } from '../../src/db/record.ts';
import { createFeed } from '../../src/feed/feed.ts';
import { type Activities, createActivities } from '../../workers/activities.ts';
import { createModelsOfWorkspaces } from '../../workers/models-of-workspaces.ts';
import { model, ownerOf } from './sides.ts';
import type { Stage } from './stage.ts';

/** Where tasks are given by the owner of the first workspace. */
export interface Desk {
  stage: Stage;
  db: Database;
  caller: Caller;
}

/** Its agents take as many tasks as there are. */
export async function openDesk(stage: Stage): Promise<Desk> {
  const dataSource = createDataSource({ url: stage.databaseUrl, poolSize: 12, applicationName: 'bench' });
  await dataSource.initialize();
  stage.closeLater(() => dataSource.destroy());
  const db = createDatabase(dataSource, { ring: () => undefined });
  for (const rows of ['agents', 'agent_capabilities'])
    await db.acrossWorkspaces(`UPDATE ${rows} SET max_concurrent = 100000`);
  return { stage, db, caller: await ownerOf(db) };
}

/** Agents with the usual four slots each, enough for so many tasks at once, for a capability that nobody else has. */
export async function hireFor(
  { db, caller }: Desk,
  { capability, tasks }: { capability: string; tasks: number },
): Promise<void> {
  const scope = { workspaceId: caller.workspaceId, actor: caller.principalId };
  for (let n = 0; n * 4 < tasks; n += 1) {
    const spec = AgentSpec.parse({
      name: `Writer ${n}`,
      role: 'master_operator',
      instructions: 'Write what is asked for.',
      capabilities: [{ name: capability, level: 3 }],
    });
    await db.inWorkspace(scope, (tx) => createAgent(tx, caller, spec));
  }
}

/** A task for one agent, which one call completes. Its budget is that of every goal. @returns its id */
export async function giveTask({ db, caller }: Desk, capability = 'writing'): Promise<string> {
  const input = CreateTask.parse({
    goal: 'Say it in a sentence.',
    requires: [{ name: capability, level: 1 }],
  });
  const scope = { workspaceId: caller.workspaceId, actor: caller.principalId };
  return (await db.inWorkspace(scope, (tx) => createTask(tx, caller, input))).id;
}

/** The activities of the worker, in this process. */
export function openActivities({ stage: on, db }: Desk, baseUrl: string): Activities {
  const feed = createFeed({ redisUrl: on.redisUrl, logger: pino({ level: 'warn' }) });
  on.closeLater(() => feed.close());
  const models = {
    openai: { apiKey: 'bench', baseUrl, model },
    anthropic: undefined,
    llama: undefined,
    stallMs: 60_000,
  } as Config['models'];
  const config = { models, filesDir: `${on.stateFolder}/files` };
  return createActivities({
    config: config as Parameters<typeof createActivities>[0]['config'],
    models: createModelsOfWorkspaces({ models }).models,
    db,
    feed,
  } as Parameters<typeof createActivities>[0]);
}
