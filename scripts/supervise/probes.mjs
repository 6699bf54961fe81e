import { connect } from 'node:net';

/** @returns whether an HTTP address answers with a success */
export async function answersHttp(url, timeoutMs = 1000) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** @returns what a server says to a first line (Redis), or '' when only the connection was asked for, or undefined */
export function asksTcp(host, port, { line, timeoutMs = 1000 } = {}) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(undefined));
    socket.on('error', () => end(undefined));
    socket.on('close', () => end(undefined));
    socket.on('connect', () => (line ? socket.write(line) : end('')));
    socket.on('data', (data) => end(data.toString('utf8')));
  });
}
