import { once } from 'node:events';
import { askBroker } from '../servers/broker-client.ts';
import { childrenOf } from './children.mjs';

/** Stops every server, and fails the run when something was left behind. */
export default async function globalTeardown() {
  const broker = globalThis.adjutantTestBroker;
  const { problems } = await askBroker('/finish', {});
  const ended = once(broker, 'exit');
  broker.stdin.end();
  await ended;
  const children = childrenOf(process.pid).map(
    (child) => `The process ${child.pid} is left: ${child.command}`,
  );
  const all = [...problems, ...children];
  if (all.length > 0) throw new Error(`Not everything was closed:\n${all.join('\n')}`);
}
