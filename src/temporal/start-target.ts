import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import {
  changedSignal,
  type CorridorInput,
  orchestrateQueue,
  type TargetKind,
  workflowTypes,
} from '../../workflows/messages.ts';

/** One Temporal workflow to be told that the record changed, and to be started if it is not there. */
export interface Target {
  /** `task/{id}`, `run/{id}`, `file/{id}`, `conversation/{id}`: the Temporal workflow id. */
  target: string;
  workspaceId: string;
  /** One line for Temporal's Web UI. */
  label: string;
  rootTaskId: string | null;
}

/** Rejects with what the client throws; safe to repeat. */
export type StartTarget = (target: Target) => Promise<void>;

const workspaceKey = defineSearchAttributeKey('AdjutantWorkspace', 'KEYWORD');
const rootTaskKey = defineSearchAttributeKey('AdjutantRootTask', 'KEYWORD');

export function isTargetKind(kind: string): kind is TargetKind {
  return Object.hasOwn(workflowTypes, kind);
}

/** @param deadlineMs after which the call counts as failed, though it may have arrived. */
export function createStartTarget(client: Client, deadlineMs = 5000): StartTarget {
  return async ({ target, workspaceId, label, rootTaskId }) => {
    const [kind = '', id = ''] = target.split('/');
    if (!isTargetKind(kind) || id === '') throw new Error(`No Temporal workflow is known for ${target}.`);
    const input: CorridorInput = { id, workspaceId };
    await client.connection.withDeadline(Date.now() + deadlineMs, () =>
      client.workflow.signalWithStart(workflowTypes[kind], {
        workflowId: target,
        taskQueue: orchestrateQueue,
        args: [input],
        signal: changedSignal,
        signalArgs: [],
        staticSummary: label,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        typedSearchAttributes: new TypedSearchAttributes([
          { key: workspaceKey, value: workspaceId },
          ...(rootTaskId ? [{ key: rootTaskKey, value: rootTaskId }] : []),
        ]),
      }),
    );
  };
}
