import { expect, test } from '@jest/globals';
import { troubleOf } from '../../web/src/operations/trouble.ts';
import { allWell, at } from './support/fixtures.ts';

const without = (...unserved: string[]) => {
  const repairs = { woken: 0, cancelled: 0, failed: 0 };
  return troubleOf(allWell({ reconciled: { by: 'one', at: at(0), unserved, repairs } }));
};

test('while everything is served there is no trouble, nor before anybody has looked', () => {
  expect(troubleOf(allWell())).toBeNull();
  expect(troubleOf(allWell({ reconciled: null, outbox: null }))).toBeNull();
});

test('queues without a worker are told by what does not happen, with the command and the queues', () => {
  expect(without('models (activity)')).toMatchObject({
    what: 'No worker calls models.',
    command: 'WORKER_QUEUES=models npm run start:worker',
  });
  expect(without('models (activity)', 'tools (activity)', 'files (activity)')?.what).toBe(
    'No worker calls models, calls tools or reads files.',
  );
  expect(without('orchestrate (workflow)', 'files (activity)')).toMatchObject({
    what: 'Nothing goes on: no worker runs.',
    command: 'npm run start:worker',
  });
  expect(without('gpu (activity)')?.what).toBe('No worker serves gpu.');
});

test('work that is not handed on is told as the dispatcher’s, whatever was known of the workers', () => {
  const outbox = { ready: 3, dead: 0, oldestSeconds: 31 };
  expect(troubleOf(allWell({ outbox }))).toMatchObject({ command: 'npm run start:dispatcher' });
  expect(troubleOf(allWell({ outbox: { ...outbox, oldestSeconds: 12 } }))).toBeNull();
});
