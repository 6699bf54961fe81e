import { fileURLToPath } from 'node:url';
import { askBroker } from './servers/broker-client.ts';

const product = new URL('../../workflows/index.ts', import.meta.url);

/** The bundle of an entry of Temporal workflows, made once per run; the product's own when none is named. */
export function workflowBundle(entry: URL = product): Promise<{ codePath: string }> {
  return askBroker('/bundle', { entry: fileURLToPath(entry) });
}
