import type { ServerResponse } from 'node:http';

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json', ...headers });
  else if (status !== 200) {
    // Too late for a status: the reader sees an answer without its end.
    response.destroy();
    return;
  }
  response.end(JSON.stringify(body));
}
