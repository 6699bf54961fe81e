import { createInterface } from 'node:readline';
import { stopInOrder } from './processes.mjs';

/**
 * The guardian: a small process that only waits. The supervisor tells it, line by line, which processes live. When the pipe
 * closes, the supervisor is gone (however: `kill -9` too), and the guardian stops what is left, in order, and ends.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const living = new Map();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { add, remove } = JSON.parse(line);
  if (add) living.set(add.pid, add);
  if (remove) living.delete(remove);
});
lines.on('close', () => void stopTheRest());

async function stopTheRest() {
  const rest = [...living.values()];
  const roles = rest.map((one) => one.role).join(', ');
  if (roles) console.log(`${new Date().toISOString()} the supervisor is gone: stopping ${roles}`);
  await stopInOrder(rest);
  process.exit(0);
}
