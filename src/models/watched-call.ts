// Both SDKs stop watching the clock once the headers are there, and iterating their streams ends quietly on an abort.
// So every call runs inside this: one controller that the caller's signal and the stall clock can abort, a fetch that
// winds the clock on every piece received (pings included, which the SDKs swallow), and one verdict afterwards.
import { ModelFault } from './model-fault.ts';
import type { CallOptions } from './port.ts';
import { readLimits } from './read-limits.ts';

export interface WatchedCall {
  signal: AbortSignal;
  fetch: typeof fetch;
  headers: Record<string, string>;
  /** Set as soon as the answer's headers arrived. */
  responseHeaders(): Headers | null;
}

interface Clock {
  beat(): void;
  stop(): void;
}

function stallClock(stallMs: number, onStall: () => void): Clock {
  const timer = setTimeout(onStall, stallMs);
  return { beat: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}

/** Read piece by piece: through a TransformStream the whole call costs half as much again. */
function watchBody(response: Response, clock: Clock): Response {
  if (!response.body) return response;
  const reader = response.body.getReader();
  const pieces = new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        const { done, value } = await reader.read();
        clock.beat();
        if (done) out.close();
        else out.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(pieces, response);
}

export function callHeaders(options: CallOptions): Record<string, string> {
  if (options.callKey === undefined) return {};
  return { 'x-adjutant-call': `${options.callKey}/${options.try ?? 1}` };
}

const ended = new Error('The call has ended.');

/** Runs one call; throws ModelFault `aborted` or `stalled` whatever the SDK made of the abort. */
export async function watchedCall<T>(
  options: CallOptions,
  run: (call: WatchedCall) => Promise<T>,
): Promise<T> {
  if (options.signal.aborted) throw new ModelFault('aborted', 'The call was cancelled before it began.');
  const controller = new AbortController();
  let stalled = false;
  let headers: Headers | null = null;
  const onAbort = () => controller.abort();
  options.signal.addEventListener('abort', onAbort, { once: true });
  const clock = stallClock(options.stallMs, () => {
    stalled = true;
    controller.abort();
  });
  const verdict = (cause?: unknown) => {
    if (options.signal.aborted) return new ModelFault('aborted', 'The call was cancelled.', { cause });
    if (stalled)
      return new ModelFault('stalled', `The model sent nothing for ${options.stallMs} ms.`, { cause });
    return null;
  };
  try {
    const result = await run({
      signal: controller.signal,
      headers: callHeaders(options),
      responseHeaders: () => headers,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        headers = response.headers;
        options.onLimits?.(readLimits(response.headers, response.status));
        clock.beat();
        return watchBody(response, clock);
      },
    });
    return result;
  } catch (error) {
    throw verdict(error) ?? error;
  } finally {
    clock.stop();
    options.signal.removeEventListener('abort', onAbort);
    // Whatever is still on the line is of no use to anybody. With a reason, since the usual one is made anew each time.
    controller.abort(ended);
  }
}
