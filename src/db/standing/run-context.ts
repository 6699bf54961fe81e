import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import { indexDefinition } from '../../core/workflow/definition-index.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';
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
