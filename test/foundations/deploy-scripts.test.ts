import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { closeLater } from '../support/close-later.ts';
import { freePort } from '../support/servers/free-port.ts';
import { requireTool } from '../support/servers/find-tool.ts';
import { testTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

function run(
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { env: { PATH: process.env.PATH, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

describe('the health check of the containers', () => {
  async function answering(status: number): Promise<string> {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/readyz' ? status : 404;
      response.end();
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    closeLater('the answering server', () => new Promise((resolve) => server.close(resolve)));
    return String(port);
  }
  const check = (env: Record<string, string>) => run(process.execPath, [pathOf('health-check.mjs')], env);
  /** It has four seconds, which a machine that stands still may use up: containers ask again, too. */
  const comesTo = (env: Record<string, string>, wanted: { code: number; output: string }) =>
    waitFor(
      async () => {
        expect(await check(env)).toEqual(wanted);
        return true;
      },
      { what: 'the health check', timeoutMs: 60_000 },
    );

  test('passes when the API is ready', async () => {
    await comesTo({ PORT: await answering(200) }, { code: 0, output: '' });
  });

  test('asks a worker on its own port', async () => {
    const [ready, api] = [await answering(200), await answering(503)];
    await comesTo({ WORKER_HEALTH_PORT: ready, PORT: api }, { code: 0, output: '' });
  });

  test('fails and says why when the process is not ready, or is not there', async () => {
    const port = await answering(503);
    await comesTo({ PORT: port }, { code: 1, output: `/readyz on ${port} answers 503\n` });
    expect(await check({ PORT: String(await freePort()) })).toMatchObject({ code: 1 });
  });
});

test('the namespace script makes namespace and search attributes, and may run again', async () => {
  const { address, client } = await testTemporal();
  const namespace = 'made-by-script';
  const once = () =>
    run('/bin/sh', [pathOf('temporal/create-namespace.sh')], {
      PATH: `${dirname(requireTool('temporal'))}:${process.env.PATH}`,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
    });
  expect(await once()).toMatchObject({ code: 0 });
  expect(await once()).toMatchObject({ code: 0 });
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes).toSorted()).toEqual(
    expect.arrayContaining(['AdjutantAgent', 'AdjutantRootTask', 'AdjutantStatus', 'AdjutantWorkspace']),
  );
}, 60_000);
