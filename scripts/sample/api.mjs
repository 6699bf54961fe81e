import { SetupProblem } from '../setup/problem.mjs';

/** A few calls of the REST API, with the owner's key. An answer that says no becomes a sentence. */
export function createApi(base, key) {
  const authorization = { Authorization: `Bearer ${key}` };

  async function call(method, path, { body, headers = {} } = {}) {
    const request = { method, headers: { ...authorization, ...headers }, body };
    const answer = await fetch(`${base}${path}`, request).catch(() => {
      throw new SetupProblem(`Nothing answers at ${base}: is \`npm start\` still running?`);
    });
    if (answer.ok) return answer.json();
    const problem = await answer.json().catch(() => ({}));
    const details = (problem.problems ?? []).map(({ pointer, message }) => `${pointer}: ${message}`);
    throw new SetupProblem(
      `${method} ${path} was answered with ${answer.status}: ${problem.detail ?? problem.title ?? ''}`,
      details,
    );
  }

  return {
    get: (path) => call('GET', path),
    post: (path, body) =>
      call('POST', path, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    upload: (path, form) => call('POST', path, { body: form }),
    /** Server-sent events from after `cursor` on; ends when the server or the signal ends it. */
    async *stream(path, { cursor, signal }) {
      const headers = {
        ...authorization,
        Accept: 'text/event-stream',
        ...(cursor ? { 'Last-Event-ID': cursor } : {}),
      };
      const answer = await fetch(`${base}${path}`, { headers, signal });
      if (!answer.ok) throw new Error(`The stream was answered with ${answer.status}.`);
      let rest = '';
      for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          const event = parse(block);
          if (event) yield event;
        }
      }
    },
  };
}

function parse(block) {
  const data = block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim());
  try {
    return data.length > 0 ? JSON.parse(data.join('\n')) : undefined;
  } catch {
    return undefined;
  }
}
