/**
 * What crosses the border of a Temporal workflow. Names live in stored histories: never rename without a patch.
 */
export const changedSignal = 'changed';
export const stateQuery = 'state';

/** Temporal workflow types by the first part of their ids: task/{id}, run/{id}, file/{id}, conversation/{id}. */
export const workflowTypes = {
  task: 'runTask',
  run: 'runWorkflow',
  file: 'processFile',
  conversation: 'runConversation',
} as const;

export type TargetKind = keyof typeof workflowTypes;

export const orchestrateQueue = 'orchestrate';

export type { CorridorInput } from '../src/contracts/corridor.ts';
