import { defineSearchAttributeKey } from '@temporalio/common';

/** Registered by the set-up on the embedded server and by the worker at its start elsewhere. */
export const workspaceAttribute = defineSearchAttributeKey('AdjutantWorkspace', 'KEYWORD');
export const agentAttribute = defineSearchAttributeKey('AdjutantAgent', 'KEYWORD');
export const rootTaskAttribute = defineSearchAttributeKey('AdjutantRootTask', 'KEYWORD');
export const statusAttribute = defineSearchAttributeKey('AdjutantStatus', 'KEYWORD');
