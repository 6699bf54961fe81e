/** MCP servers for tests: the public reference server as a process, and one whose tools a test decides. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { closeLater } from '../../support/close-later.ts';
import { freePort } from '../../support/servers/free-port.ts';
import { waitFor } from '../../support/wait-for.ts';

const packageFile = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/package.json',
);
export const referenceServer = join(dirname(packageFile), 'dist', 'index.js');

/** The public reference server over Streamable HTTP. */
export async function startReferenceServer(): Promise<{ url: string; restart(): Promise<void> }> {
  const port = await freePort();
  const start = async () => {
    const child = spawn(process.execPath, [referenceServer, 'streamableHttp'], {
      env: { ...process.env, NODE_OPTIONS: '', PORT: String(port) },
      stdio: 'ignore',
    });
    await waitFor(
      () =>
        fetch(`http://127.0.0.1:${port}/mcp`).then(
          () => true,
          () => false,
        ),
      {
        what: 'the reference server to answer',
      },
    );
    return child;
  };
  let child = await start();
  const stop = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  closeLater('the reference server', stop);
  return {
    url: `http://tools.example:${port}/mcp`,
    restart: async () => {
      await stop();
      child = await start();
    },
  };
}

export interface ScriptedTool {
  name: string;
  description: string;
  schema?: Record<string, unknown>;
  annotations?: Record<string, boolean>;
  answer(args: Record<string, unknown>): Promise<{ content: { type: 'text'; text: string }[] }>;
}

/** A server whose tools are `tools()` at the moment that they are asked for. */
export async function startScriptedMcp(
  tools: () => ScriptedTool[],
): Promise<{ url: string; seen: Headers[] }> {
  const seen: Headers[] = [];
  const handler = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: 'scripted', version: '1' });
      for (const { name, description, schema, annotations, answer } of tools())
        server.registerTool(
          name,
          {
            description,
            ...(annotations ? { annotations } : {}),
            inputSchema: fromJsonSchema(schema ?? { type: 'object', properties: {} }),
          },
          (args: unknown) => answer(args as Record<string, unknown>),
        );
      return server;
    }),
  );
  const server = createServer((request, response) => {
    seen.push(new Headers(request.headers as Record<string, string>));
    void handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater('the scripted MCP server', () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://tools.example:${(server.address() as AddressInfo).port}/`, seen };
}
