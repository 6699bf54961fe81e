import { expect, test } from '@jest/globals';
import { waitFor } from '../../support/wait-for.ts';

test('answers with the first truthy value', async () => {
  let asked = 0;
  expect(
    await waitFor(() => (++asked === 3 ? `ask ${asked}` : null), { what: 'the third', everyMs: 1 }),
  ).toBe('ask 3');
});

test('takes an error for "not yet", and makes the last one the cause', async () => {
  const refused = new Error('connection refused');
  const waiting = waitFor(() => Promise.reject(refused), { what: 'a connection', timeoutMs: 20, everyMs: 5 });
  await expect(waiting).rejects.toMatchObject({
    message: 'Waited 20 ms for a connection; last seen: connection refused',
    cause: refused,
  });
});
