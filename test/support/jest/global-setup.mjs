import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts the broker; the servers behind it start when a test asks. */
export default async function globalSetup() {
  const broker = spawn(process.execPath, [fileURLToPath(new URL('../servers/broker.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  const socket = await new Promise((resolve, reject) => {
    broker.stdout.once('data', (chunk) => resolve(chunk.toString('utf8').trim()));
    broker.once('error', reject);
    broker.once('exit', (code) => reject(new Error(`The test broker ended at its start (code ${code}).`)));
  });
  broker.unref();
  process.env.ADJUTANT_TEST_BROKER = socket;
  globalThis.adjutantTestBroker = broker;
}
