/**
 * What a person would read of a web page, as Markdown. The page may be hostile, so it is read in a thread of its own, with a cap on time
 * and memory; its scripts never run and nothing that it names is loaded.
 */
import { Worker } from 'node:worker_threads';
import { NetFault } from './net-fault.ts';

export interface PageText {
  title: string;
  markdown: string;
}

export interface HtmlOrder {
  bytes: Uint8Array;
  url: string;
  contentType: string;
}

const entry = new URL('./html-thread.ts', import.meta.url);
const limits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 };

/** @throws NetFault */
export async function readHtml(
  order: HtmlOrder,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<PageText> {
  const thread = new Worker(entry, { workerData: order, env: {}, resourceLimits: limits, stdin: false });
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await new Promise<PageText>((resolve, reject) => {
      stop.addEventListener('abort', () => reject(unreadable(stop)), { once: true });
      if (stop.aborted) reject(unreadable(stop));
      thread.once('message', resolve);
      thread.once('error', (cause) =>
        reject(new NetFault('too_large', 'The page cannot be read.', { cause })),
      );
      thread.once('exit', () => reject(new NetFault('too_large', 'The page cannot be read.')));
    });
  } finally {
    await thread.terminate();
  }
}

function unreadable({ reason }: AbortSignal): NetFault {
  return (reason as Error).name === 'TimeoutError'
    ? new NetFault('timeout', 'The page could not be read in time.')
    : new NetFault('cancelled', 'It was cancelled.');
}
