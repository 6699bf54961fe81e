import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { closeLater } from './close-later.ts';
import { askBroker } from './servers/broker-client.ts';
import { requireTool } from './servers/find-tool.ts';
import { startTemporal } from './servers/temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';
import { temporaryFolder } from './temporary-folder.ts';

const preparedKey = Symbol.for('adjutant.test.temporalRuntime');
/** Errors only, and no signal handlers: jest owns the process. Before anything else of Temporal's core. */
function prepareRuntime(): void {
  const known = globalThis as Record<symbol, unknown>;
  if (known[preparedKey]) return;
  known[preparedKey] = true;
  Runtime.install({
    logger: new DefaultLogger((process.env.ADJUTANT_TEST_LOG ?? 'ERROR') as 'ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}

export interface TestTemporal {
  address: string;
  /** A namespace that only this caller has, so the product's own task queue names may be used. */
  namespace: string;
  client: Client;
}

/** A private namespace of the one shared dev server, with a connected client. */
export async function testTemporal(): Promise<TestTemporal> {
  prepareRuntime();
  const { address, namespace } = await askBroker('/temporal', {});
  const connection = await Connection.connect({ address });
  closeLater('the Temporal client', () => connection.close());
  return { address, namespace, client: new Client({ connection, namespace }) };
}

export interface PrivateTemporal {
  address: string;
  namespace: string;
  /** `kill -9` of the server; its file stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with its file or, `{ empty: true }`, as one that lost everything. */
  start(options?: { empty?: boolean }): Promise<void>;
  /** A client connected to the server of now. */
  connect(): Promise<Client>;
}

/** A dev server that belongs to this test file alone, on disk: it may be killed, started again, and robbed of its store. */
export async function privateTemporal(
  settings: { suggestContinueAsNew?: number } = {},
): Promise<PrivateTemporal> {
  prepareRuntime();
  const folder = await temporaryFolder('temporal');
  const file = join(folder, 'temporal.db');
  const namespace = 'default';
  let service = await startTemporal({ ...settings, file, namespaces: [namespace] });
  const { address } = service;
  closeLater('the private Temporal', () => service.child.stop());
  return {
    address,
    namespace,
    kill: () => service.child.stop('SIGKILL'),
    async start({ empty = false } = {}) {
      if (empty) await Promise.all(['', '-wal', '-shm'].map((end) => rm(`${file}${end}`, { force: true })));
      service = await startTemporal({
        ...settings,
        file,
        namespaces: [namespace],
        port: Number(address.split(':')[1]),
      });
    },
    async connect() {
      const connection = await Connection.connect({ address });
      closeLater('a client of the private Temporal', () => connection.close());
      return new Client({ connection, namespace });
    },
  };
}

export interface TestWorker {
  worker: Worker;
  /** Ends the worker and waits until it has drained; without it, this happens after the file. */
  stop(): Promise<void>;
}

/**
 * A running worker. `workflowsEntry` names the Temporal workflows to run: the product's own when it is left out, none
 * (activities only) when it is false.
 */
export async function startTestWorker(
  temporal: { address: string; namespace: string },
  options: Omit<WorkerOptions, 'connection' | 'namespace' | 'workflowsPath'> & {
    workflowsEntry?: URL | false;
  },
): Promise<TestWorker> {
  prepareRuntime();
  const { workflowsEntry, ...rest } = options;
  const connection = await NativeConnection.connect({ address: temporal.address });
  closeLater('the worker’s connection', () => connection.close());
  const worker = await Worker.create({
    workflowBundle: workflowsEntry === false ? undefined : await workflowBundle(workflowsEntry),
    shutdownGraceTime: '5 s',
    ...rest,
    connection,
    namespace: temporal.namespace,
  });
  const running = worker.run();
  running.catch(() => {}); // stop() tells
  const stop = async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
  closeLater(`the worker of ${rest.taskQueue}`, stop);
  return { worker, stop };
}

/**
 * A Temporal server of one's own whose clock jumps over waiting: seven days pass while a result is awaited. It knows
 * less than a real one (no search attributes, no Web UI), so use it for time and nothing else.
 */
export async function timeSkippingServer(): Promise<TestWorkflowEnvironment> {
  prepareRuntime();
  const path = requireTool('temporalTestServer');
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  closeLater('the time-skipping server', () => environment.teardown());
  return environment;
}
