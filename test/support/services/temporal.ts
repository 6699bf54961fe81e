import { type Child, startChild } from './child.ts';
import { requireTool } from './find-tool.ts';
import { freePort } from './free-port.ts';

/**
 * Temporal's dev server in memory. A test file gets a namespace of its own, since task queue names are the product's.
 *
 * The server registers these namespaces with their search attributes while it starts, which takes half a second for
 * all; one made later would have to be waited for.
 */
const namespaces = 200;

/** One history shard is polled 20 times a second by default, which makes every hop wait up to 50 ms. */
export const fasterPolling = ['transfer', 'timer', 'visibility', 'outbound'].flatMap((queue) => [
  '--dynamic-config-value',
  `history.${queue}ProcessorMaxPollRPS=2000`,
]);

export const searchAttributes = ['Workspace', 'Agent', 'RootTask', 'Status'].flatMap((name) => [
  '--search-attribute',
  `Adjutant${name}=Keyword`,
]);

export interface TemporalService {
  address: string;
  /** A namespace that no other test file has. */
  namespace(): string;
  child: Child;
}

export async function startTemporal(): Promise<TemporalService> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const names = Array.from({ length: namespaces }, (_, index) => `test-${index + 1}`);
  const child = await startChild(
    requireTool('temporal'),
    [
      'server',
      'start-dev',
      '--headless',
      '--ip',
      '127.0.0.1',
      '--log-level',
      'warn',
      '--port',
      String(port),
      '--metrics-port',
      String(metricsPort),
      ...names.flatMap((name) => ['--namespace', name]),
      ...searchAttributes,
      ...fasterPolling,
    ],
    (output) => output.includes(`127.0.0.1:${port}`) || output.includes(`localhost:${port}`),
  );
  return {
    address: `127.0.0.1:${port}`,
    child,
    namespace() {
      const name = names.shift();
      if (!name)
        throw new Error(`All ${namespaces} test namespaces are taken: raise the number in this file.`);
      return name;
    },
  };
}
