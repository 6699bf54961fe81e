import { connect } from 'node:net';
import { type Child, startChild } from './child.ts';
import { requireTool } from './find-tool.ts';
import { freePort } from './free-port.ts';

export interface RedisService {
  port: number;
  /** Raw commands for the broker's own house-keeping; the product's client is under test, so it is not used here. */
  command(...words: string[]): Promise<string>;
  child: Child;
}

/** A Redis without persistence on a free port, or on the one given (to come back after a kill). */
export async function startRedis(port?: number): Promise<RedisService> {
  const chosen = port ?? (await freePort());
  const child = await startChild(
    requireTool('redis'),
    [
      '--port',
      String(chosen),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--databases',
      '1024',
    ],
    (output) => output.includes('Ready to accept connections'),
  );
  return { port: chosen, child, command: (...words) => ask(chosen, words) };
}

/** One command on a connection of its own; the raw reply, an error reply rejects. */
function ask(port: number, words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let reply = '';
    socket.setTimeout(5000, () => socket.destroy(new Error('Redis did not answer in 5 s.')));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      reply += chunk.toString('utf8');
    });
    socket.on('close', () => (reply.startsWith('-') ? reject(new Error(reply)) : resolve(reply)));
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    socket.write(`*${words.length}\r\n${parts}*1\r\n$4\r\nQUIT\r\n`);
  });
}
