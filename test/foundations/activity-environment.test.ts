import { CancelledFailure, Context, heartbeat, sleep } from '@temporalio/activity';
import { expect, test } from '@jest/globals';
import { runActivity } from '../support/activity-environment.ts';
import { waitFor } from '../support/wait-for.ts';

test('an activity sees its context, and its heartbeats are kept', async () => {
  const run = runActivity(
    async (word: string) => {
      heartbeat('half');
      return `${word} ${Context.current().info.attempt}`;
    },
    ['try'],
    { attempt: 3 },
  );
  expect(await run.result).toBe('try 3');
  expect(run.heartbeats).toEqual(['half']);
});

test('an activity can be cancelled in the middle', async () => {
  const run = runActivity(async () => {
    heartbeat('started');
    await sleep(60_000);
  }, []);
  await waitFor(() => run.heartbeats.length, { what: 'the start' });
  run.cancel();
  await expect(run.result).rejects.toBeInstanceOf(CancelledFailure);
});
