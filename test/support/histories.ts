import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from './workflow-bundle.ts';

/** Where histories of the product's Temporal workflows lie: `{workflow type}-{what happened}.json`. */
export const historiesFolder = fileURLToPath(new URL('../histories/', import.meta.url));

export async function recordedHistories(): Promise<string[]> {
  const names = await readdir(historiesFolder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).map((name) => join(historiesFolder, name));
}

/**
 * Runs a recorded history against the code of today. It rejects with a `DeterminismViolationError` when the code would
 * have gone another way, which is what a deploy would do to executions that are under way.
 */
export async function replayHistory(path: string, workflowsEntry?: URL): Promise<void> {
  const history: unknown = JSON.parse(await readFile(path, 'utf8'));
  const bundle = await workflowBundle(workflowsEntry);
  await Worker.runReplayHistory({ workflowBundle: bundle }, history, basename(path, '.json'));
}

/** Writes the history of an execution, to be kept under test/histories/ by a person who means it. */
export async function recordHistory(handle: WorkflowHandle, path: string): Promise<void> {
  // Who did it is of no use for a replay, and names machines.
  const text = historyToJSON(await handle.fetchHistory())
    .replace(/("identity":\s*)"[^"]*"/g, '$1"recorded"')
    .replace(/\d+@[\w.-]+/g, 'worker@recorded');
  const history: unknown = JSON.parse(text);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(history, null, 1)}\n`);
}
