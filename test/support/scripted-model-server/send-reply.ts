// Puts a reply on the line, whole or with the fault that the script asks for. Resolves when the line is closed or the
// reply is out; says how it ended.
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from './journal.ts';
import type { Answer, Fault, ServedCall } from './script.ts';
import type { Reply } from './whole-answer.ts';
import { errorEvent } from './write-answer.ts';

type Ended = Exclude<Outcome, 'open' | 'unplanned'>;

function clientGone(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => response.once('close', resolve));
}

/** Sends what there is room for; false when the client has hung up. */
async function write(response: ServerResponse, data: string | Buffer): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(data)) return true;
  await Promise.race([new Promise((resolve) => response.once('drain', resolve)), clientGone(response)]);
  return !response.destroyed;
}

async function cut(
  response: ServerResponse,
  bytes: Buffer,
  fault: Extract<Fault, { kind: 'cut' }>,
): Promise<Ended> {
  await write(response, bytes.subarray(0, fault.afterBytes));
  if (fault.clean) {
    response.end();
    return 'broken';
  }
  // Destroying at once would throw away what is still in the buffer: the caller must see the bytes first.
  const { socket } = response;
  await new Promise<void>((resolve) =>
    socket && !socket.destroyed ? socket.write('', () => resolve()) : resolve(),
  );
  response.destroy();
  return 'broken';
}

/** The pieces to send before the fault, and what comes instead of the rest. */
function faultyPieces(call: ServedCall, pieces: string[], fault: Fault): { pieces: string[]; hang: boolean } {
  switch (fault.kind) {
    case 'stall':
      return { pieces: pieces.slice(0, fault.afterEvents), hang: true };
    case 'silent':
      return { pieces: [], hang: true };
    case 'malformed':
      return {
        pieces: [
          ...pieces.slice(0, fault.afterEvents),
          call.stream ? 'event: content_block_delta\ndata: {"broken": tru\n\n' : '{"broken": tru',
        ],
        hang: false,
      };
    case 'error-event':
      return { pieces: [...pieces.slice(0, fault.afterEvents), errorEvent(call, fault)], hang: false };
    case 'status':
    case 'cut':
      return { pieces, hang: false };
  }
}

export async function sendReply(
  response: ServerResponse,
  call: ServedCall,
  reply: Reply,
  answer: Answer,
): Promise<Ended> {
  const { fault } = answer;
  if (answer.delayMs) await pause(answer.delayMs);
  if (fault?.kind === 'silent') {
    await clientGone(response);
    return 'client_gone';
  }
  if (response.destroyed) return 'client_gone';
  response.writeHead(200, {
    'content-type': call.stream ? 'text/event-stream' : 'application/json',
    'cache-control': 'no-cache',
    ...answer.headers,
  });
  const whole = call.stream ? reply.events : [JSON.stringify(reply.body)];
  if (fault?.kind === 'cut') return cut(response, Buffer.from(whole.join('')), fault);
  const { pieces, hang } = fault ? faultyPieces(call, whole, fault) : { pieces: whole, hang: false };
  // Without pauses all goes out in one write: the server must not be what a benchmark measures.
  const batches = answer.chunkDelayMs ? pieces : [pieces.join('')];
  for (const batch of batches) {
    if (!(await write(response, batch))) return 'client_gone';
    if (answer.chunkDelayMs) await pause(answer.chunkDelayMs);
  }
  if (hang) {
    await clientGone(response);
    return 'broken';
  }
  if (response.destroyed) return 'client_gone';
  response.end();
  return fault ? 'broken' : 'served';
}
