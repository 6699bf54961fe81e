import { describe, expect, test } from '@jest/globals';
import { createLookActivities, type LookParts } from '../../activities/look.ts';

const look = {
  id: 'tsk_1',
  workspaceId: 'wsp_1',
  now: 0,
  since: 0,
  lost: ['tsk_1/1/1/1'],
  operations: false,
};

function lookers(soFar: LookParts['tokens']['soFar']) {
  const asked: unknown[] = [];
  const tasks = { standTask: async (_asker: unknown, given: unknown) => void asked.push(given) };
  const parts = { tasks, files: {}, tokens: { soFar } } as unknown as LookParts;
  return { asked, standTask: createLookActivities(parts).standTask };
}

describe('a look at a task whose call lost its worker', () => {
  test('brings what whoever watches has seen of it, on the stream of the task or of its tree', async () => {
    const { asked, standTask } = lookers(async (stream) =>
      stream === 'tree/tsk_1'
        ? [{ stream: 'conversation/cnv_1', callId: 'mcl_1', try: 1, offset: 0, text: 'Half' }]
        : [],
    );
    await standTask(look);
    expect(asked).toMatchObject([{ lost: look.lost, written: [{ callId: 'mcl_1', text: 'Half' }] }]);
  });

  test('asks for nothing where nothing was lost', async () => {
    const { asked, standTask } = lookers(() => Promise.reject(new Error('Nobody asks.')));
    await standTask({ ...look, lost: [] });
    expect(asked).toMatchObject([{ written: [] }]);
  });
});
