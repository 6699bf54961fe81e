import * as z from 'zod';

/**
 * Ids are TypeIDs: a prefix that names the kind, then a UUIDv7 in 26 characters of Crockford's base 32, so that they sort by
 * time. The same text is used in PostgreSQL, in Temporal workflow ids and outside (decision 0002).
 */
export const idPrefixes = {
  agent: 'agt',
  task: 'tsk',
  attempt: 'att',
  run: 'run',
  workflow: 'wfl',
  conversation: 'cnv',
  message: 'msg',
  approval: 'apr',
  approvalRule: 'apl',
  delivery: 'dlv',
  file: 'fil',
  budget: 'bud',
  event: 'evt',
  key: 'key',
  workspace: 'wsp',
  principal: 'prn',
  modelCall: 'mdc',
  ledgerEntry: 'ldg',
  outbox: 'obx',
  memory: 'mem',
  credential: 'crd',
  toolServer: 'tsv',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** A schema for ids of one kind. An id of the wrong form can name nothing: routes answer it with 404. */
export function idSchema(kind: IdKind) {
  const prefix = idPrefixes[kind];
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`), `Not the id of ${article(kind)}.`)
    .meta({ description: `Id of ${article(kind)}`, examples: [`${prefix}_01k5zj7q3ve4r9t0m2n4p6q8s0`] });
}

function article(kind: IdKind): string {
  const word = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

export const AgentId = idSchema('agent');
export const TaskId = idSchema('task');
export const RunId = idSchema('run');
export const WorkflowId = idSchema('workflow');
export const ConversationId = idSchema('conversation');
export const MessageId = idSchema('message');
export const ApprovalId = idSchema('approval');
export const ApprovalRuleId = idSchema('approvalRule');
export const BudgetId = idSchema('budget');
export const FileId = idSchema('file');
export const KeyId = idSchema('key');
export const MemoryId = idSchema('memory');
