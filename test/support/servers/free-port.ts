import { createServer } from 'node:net';

/** A port that nobody listens on at this moment. The kernel hands them out in turn, so two callers get two. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      if (address === null || typeof address === 'string') return reject(new Error('No port was given.'));
      probe.close(() => resolve(address.port));
    });
  });
}
