/**
 * Extraction in a process of its own.
 *
 * 1. Whatever a file does to its reader (endless loop, memory, crash of the runtime), the caller gets an AppError.
 * 2. The child inherits no environment, so no key; it may read files and nothing else (Node's permission model).
 * 3. When the promise settles the child is dead.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Extraction, ExtractionMeta, Passage } from '../core/documents/passage.ts';
import { AppError } from '../errors.ts';
import { defaultLimits, type ExtractLimits, type ExtractProgress } from './extract/extractor.ts';
import type { ExtractMessage, ExtractOrder } from './extract/messages.ts';
import type { FileKind } from './sniff.ts';

export interface ExtractInChildOptions {
  path: string;
  kind: FileKind;
  signal?: AbortSignal;
  onProgress?: (progress: ExtractProgress) => void;
  limits?: Partial<ExtractLimits>;
  /** Milliseconds for the whole extraction; default two minutes. */
  timeoutMs?: number;
  /** Megabytes of the child's heap; default 512. The whole process may hold three times that. */
  maxHeapMb?: number;
  /** Another entry than our own, for tests of hostile behaviour. */
  entry?: string;
}

const ownEntry = fileURLToPath(new URL('./extract/main.ts', import.meta.url));
const memoryCheckMs = 200;

/** Throws AppError: `encrypted_file`, `unreadable_file`, `payload_too_large`, `cancelled`. */
export function extractInChild(options: ExtractInChildOptions): Promise<Extraction> {
  if (options.signal?.aborted) return Promise.reject(cancelled());
  const child = startChild(options);
  const order: ExtractOrder = {
    path: options.path,
    kind: options.kind,
    limits: { ...defaultLimits, ...options.limits },
  };
  return new Promise((resolve, reject) => {
    const passages: Passage[] = [];
    let outcome: { meta: ExtractionMeta } | { error: AppError } | undefined;
    const stop = (error: AppError) => {
      outcome ??= { error };
      child.kill('SIGKILL');
    };
    const guards = watch(child, options, stop);
    let lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-2000);
    });
    child.on('message', (message: ExtractMessage) => {
      if (message.type === 'ready') child.send(order, () => {});
      else if (message.type === 'progress') options.onProgress?.(message.progress);
      else if (message.type === 'passages') passages.push(...message.passages);
      else if (message.type === 'done') outcome ??= { meta: message.meta };
      else outcome ??= { error: new AppError(message.code, message.message) };
    });
    child.on('error', (error) =>
      stop(new AppError('internal', 'The extraction could not be started.', { cause: error })),
    );
    child.on('close', (code, signal) => {
      guards.release();
      if (!outcome) reject(crashed(code, signal, lastWords));
      else if ('error' in outcome) reject(outcome.error);
      else resolve({ passages, meta: outcome.meta });
    });
  });
}

function startChild(options: ExtractInChildOptions): ChildProcess {
  const heap = options.maxHeapMb ?? 512;
  return fork(options.entry ?? ownEntry, [], {
    execPath: process.execPath,
    execArgv: [
      `--max-old-space-size=${heap}`,
      '--permission',
      '--allow-fs-read=*',
      '--disable-warning=ExperimentalWarning',
    ],
    env: {},
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function watch(child: ChildProcess, options: ExtractInChildOptions, stop: (error: AppError) => void) {
  const timeoutMs = options.timeoutMs ?? 120_000;
  const maxRssMb = (options.maxHeapMb ?? 512) * 3;
  const clock = setTimeout(() => {
    stop(
      new AppError(
        'unreadable_file',
        `The file could not be read within ${Math.ceil(timeoutMs / 1000)} seconds.`,
      ),
    );
  }, timeoutMs);
  // Buffers lie outside the heap that the flag caps, so the whole process is looked at too (where /proc exists).
  const scale = setInterval(() => {
    void residentMb(child.pid).then((rss) => {
      if (rss !== undefined && rss > maxRssMb) stop(tooMuchMemory());
    });
  }, memoryCheckMs);
  const abort = () => stop(cancelled());
  options.signal?.addEventListener('abort', abort, { once: true });
  return {
    release() {
      clearTimeout(clock);
      clearInterval(scale);
      options.signal?.removeEventListener('abort', abort);
    },
  };
}

async function residentMb(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The extraction was cancelled.');
}

function tooMuchMemory(): AppError {
  return new AppError('payload_too_large', 'The file needs more memory to read than is allowed.');
}

function crashed(code: number | null, signal: string | null, lastWords: string): AppError {
  if (/heap out of memory|Allocation failed/i.test(lastWords)) return tooMuchMemory();
  return new AppError('unreadable_file', 'The file could not be read: its reader ended unexpectedly.', {
    cause: new Error(`exit code ${code}, signal ${signal}: ${lastWords.trim().slice(-500)}`),
  });
}
