import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import { indexDefinition } from '../../core/workflow/definition-index.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';
import { AppError } from '../../errors.ts';
import { findVersion } from '../workflow-store.ts';
import type { World } from './world.ts';

export interface RunContext {
  tx: Tx;
  run: RunRow;
  definition: WorkflowDefinition;
  world: World;
}

/** An event on the run's own stream. */
export function onRun<Type extends string, Data>(run: { id: string }, type: Type, data: Data) {
  return { stream: `run/${run.id}`, type, data };
}

export function titleOf(definition: WorkflowDefinition, key: string): string {
  const id = key.replace(/\[\d+\]$/, '');
  const index = /\[(\d+)\]$/.exec(key)?.[1];
  const title = indexDefinition(definition).byId.get(id)?.step.title ?? id;
  return index === undefined ? title : `${title} (${Number(index) + 1})`;
}

/** Versions never change, and a run looks at its own after every step. */
const mostKept = 200;
const kept = new Map<string, WorkflowDefinition>();

/** What a run walks. A workflow that was archived meanwhile is still walked to its end. */
export async function definitionOfRun(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'workflowId' | 'workflowVersion'>,
): Promise<WorkflowDefinition> {
  const key = `${tx.workspaceId}/${run.workflowId}/${run.workflowVersion}`;
  const known = kept.get(key);
  if (known) return known;
  const found = await findVersion(tx, run.workflowId, run.workflowVersion);
  if (!found) throw new AppError('internal', `Run ${run.id} has no definition.`);
  const [oldest] = kept.keys();
  if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
  kept.set(key, found.definition);
  return found.definition;
}
