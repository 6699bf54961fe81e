import { beforeAll, describe, expect, test } from '@jest/globals';
import { editStep } from '../../../src/commands/edit-step.ts';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import { insertAgent } from '../../../src/db/agent-store.ts';
import type { TaskRow } from '../../../src/db/mappings/task.ts';
import { agent, openRunDesk, type RunDesk } from './support.ts';

let desk: RunDesk;
beforeAll(async () => {
  desk = await openRunDesk();
}, 60_000);

const hire = async (name: string, tools: string[]) => {
  const capabilities = [{ name: 'weaving', level: 1 }];
  const spec = AgentSpec.parse({ name, role: 'master_operator', capabilities, tools });
  return (await desk.inside((tx) => insertAgent(tx, spec))).id;
};
const taskOf = async (runId: string, key: string) => {
  const taskId = (await desk.steps(runId)).get(key)?.taskId;
  const [task] = await desk.rows<TaskRow>('SELECT * FROM tasks WHERE id = $1', taskId);
  return task as TaskRow;
};

describe('the tools that a step needs', () => {
  test('leave out everybody who may not use them, however well they fit', async () => {
    const id = await desk.begin({ steps: [agent('fetch', { tools: ['fetch_url', 'read_file'] })] });
    await desk.stand(id);
    const before = await taskOf(id, 'fetch');
    await desk.look(before.id);
    expect(await taskOf(id, 'fetch')).toMatchObject({
      tools: ['fetch_url', 'read_file'],
      status: 'waiting',
      waitingFor: 'capacity',
      waitingDetail: expect.stringContaining('the tool fetch_url'),
    });
    const agentId = await hire('Fetcher', ['read_file', 'fetch_url']);
    await desk.look(before.id);
    expect(await taskOf(id, 'fetch')).toMatchObject({ agentId });
  });

  test('are those that a person changed before its work began', async () => {
    const agentId = await hire('Searcher', ['web_search']);
    const id = await desk.begin({
      steps: [agent('first', { requires: [] }), agent('search', {}, { dependsOn: ['first'] })],
    });
    await desk.stand(id);
    const edit = (tools: string[]) =>
      desk.inside((tx) =>
        editStep(tx, desk.caller, {
          runId: id,
          stepId: 'search',
          changes: { with: { tools } },
          ifMatch: null,
          toolsOf: async () => [
            {
              name: 'web_search',
              description: '',
              parameters: {},
              risk: 'low',
              effect: 'none',
              timeoutMs: 1,
            },
          ],
        }),
      );
    await expect(edit(['telepathy'])).rejects.toMatchObject({
      problems: [{ pointer: '/with/tools/0', code: 'unknown_tool' }],
    });
    await edit(['web_search']);
    await desk.work(id, 'first');
    await desk.look((await taskOf(id, 'search')).id);
    expect(await taskOf(id, 'search')).toMatchObject({ agentId, tools: ['web_search'] });
  });
});
