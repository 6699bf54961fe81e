import { type Child, startChild } from './child.ts';
import { requireTool } from './find-tool.ts';
import { freePort } from './free-port.ts';

/**
 * Temporal's dev server in memory. A test file gets a namespace of its own, since task queue names are the product's.
 *
 * The server registers these namespaces with their search attributes while it starts, which takes half a second for
 * all; one made later would have to be waited for. It keeps house in each of them, so there are not many more than files that ask.
 */
const namespaces = 100;

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

export interface TemporalOptions {
  /** To come back on the same port after a kill. */
  port?: number;
  /** The server's file; without one it keeps everything in memory. */
  file?: string;
  namespaces?: string[];
  /** Events after which an execution is told to continue as new. */
  suggestContinueAsNew?: number;
}

export async function startTemporal(options: TemporalOptions = {}): Promise<TemporalService> {
  const port = options.port ?? (await freePort());
  const names = options.namespaces ?? Array.from({ length: namespaces }, (_, index) => `test-${index + 1}`);
  const onDisk = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];
  const args = [
    ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--log-level', 'error'],
    ['--port', String(port), '--metrics-port', String(await freePort())],
    names.flatMap((name) => ['--namespace', name]),
    options.file ? ['--db-filename', options.file, ...onDisk] : [],
    searchAttributes,
    fasterPolling,
    options.suggestContinueAsNew
      ? ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${options.suggestContinueAsNew}`]
      : [],
  ];
  const child = await startChild(requireTool('temporal'), args.flat(), (output) =>
    output.includes(`:${port}`),
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
