import { EntitySchema } from 'typeorm';
import type { ApprovalKind } from '../../contracts/approval.ts';
import type { ApprovalStatus } from '../../contracts/status.ts';
import type { Risk } from '../../contracts/tool-card.ts';

/** What a person is asked to agree to: one row for each attempt at a step that asks, and for each tool call. */
export interface ApprovalRow {
  id: string;
  workspaceId: string;
  kind: ApprovalKind;
  /** Of a step; of a tool call: the run that its task belongs to, if any. */
  runId: string | null;
  stepKey: string | null;
  attempt: number;
  rootTaskId: string | null;
  /** The task whose tool call it is, and the call's key. */
  taskId: string | null;
  effectKey: string | null;
  agentId: string | null;
  tool: string | null;
  risk: Risk | null;
  destination: string | null;
  arguments: Record<string, unknown> | null;
  /** What a person made of the arguments before agreeing. */
  editedArguments: Record<string, unknown> | null;
  editedHash: string | null;
  title: string;
  details: string | null;
  /** Why people are asked. */
  why: string | null;
  ruleIds: string[];
  status: ApprovalStatus;
  /** Of exactly what is asked; see `hashOf` and `hashOfCall` in approval-store. */
  hash: string;
  requestedAt: Date;
  requestedBy: string;
  /** Who gave the goal, or started the run, under which it is asked. */
  startedBy: string | null;
  fourEyes: boolean;
  /** Who has said yes so far, to the arguments of which hash. */
  consents: Consent[];
  decidedAt: Date | null;
  decidedBy: string | null;
  note: string | null;
  /** Of a call of which it is not known: a person says whether it happened. */
  happened: boolean | null;
  remindAt: Date | null;
  remindedAt: Date | null;
  expiresAt: Date | null;
  spentAt: Date | null;
}

export interface Consent {
  by: string;
  at: string;
  hash: string;
}

export const ApprovalMapping = new EntitySchema<ApprovalRow>({
  name: 'Approval',
  tableName: 'approvals',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    kind: { type: 'text', default: 'step' },
    runId: { type: 'text', nullable: true },
    stepKey: { type: 'text', nullable: true },
    attempt: { type: 'integer' },
    rootTaskId: { type: 'text', nullable: true },
    taskId: { type: 'text', nullable: true },
    effectKey: { type: 'text', nullable: true },
    agentId: { type: 'text', nullable: true },
    tool: { type: 'text', nullable: true },
    risk: { type: 'text', nullable: true },
    destination: { type: 'text', nullable: true },
    arguments: { type: 'jsonb', nullable: true },
    editedArguments: { type: 'jsonb', nullable: true },
    editedHash: { type: 'text', nullable: true },
    title: { type: 'text' },
    details: { type: 'text', nullable: true },
    why: { type: 'text', nullable: true },
    ruleIds: { type: 'text', array: true, default: '{}' },
    status: { type: 'text' },
    hash: { type: 'text' },
    requestedAt: { type: 'timestamptz', default: () => 'now()' },
    requestedBy: { type: 'text' },
    startedBy: { type: 'text', nullable: true },
    fourEyes: { type: 'boolean', default: false },
    consents: { type: 'jsonb', default: [] },
    decidedAt: { type: 'timestamptz', nullable: true },
    decidedBy: { type: 'text', nullable: true },
    note: { type: 'text', nullable: true },
    happened: { type: 'boolean', nullable: true },
    remindAt: { type: 'timestamptz', nullable: true },
    remindedAt: { type: 'timestamptz', nullable: true },
    expiresAt: { type: 'timestamptz', nullable: true },
    spentAt: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'approvals_workspace', columns: ['workspaceId', 'id'] },
    { name: 'approvals_step', columns: ['runId', 'stepKey', 'attempt'], unique: true },
    { name: 'approvals_effect', columns: ['effectKey'] },
  ],
  foreignKeys: [
    { target: 'Run', columnNames: ['runId'], referencedColumnNames: ['id'] },
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
  ],
});
