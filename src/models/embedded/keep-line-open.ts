import type { ServerResponse } from 'node:http';

const eventStream = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };

/**
 * While a request waits for its turn, or for many prompts to be scored, its caller must hear that somebody is there, or
 * takes it for a stall. Space before JSON and comments between events mean nothing to their readers. The first beat
 * fixes the status, so what can be refused is refused before. Returns the stop.
 */
export function keepLineOpen(
  response: ServerResponse,
  options: { stream: boolean; everyMs: number },
): () => void {
  const timer = setInterval(() => {
    if (response.destroyed || response.writableEnded) return;
    if (!response.headersSent) {
      response.writeHead(200, options.stream ? eventStream : { 'content-type': 'application/json' });
    }
    response.write(options.stream ? ': still here\n\n' : ' ');
  }, options.everyMs);
  return () => clearInterval(timer);
}
