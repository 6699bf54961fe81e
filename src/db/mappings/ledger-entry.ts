import { EntitySchema } from 'typeorm';
import type { Failure } from '../../contracts/task.ts';
import { bigint } from '../bigint.ts';

export interface LedgerEntryRow {
  id: string;
  workspaceId: string;
  callId: string;
  callKey: string;
  try: number;
  taskId: string;
  rootTaskId: string;
  runId: string | null;
  agentId: string | null;
  attempt: number;
  provider: string;
  model: string;
  purpose: string;
  kind: 'model' | 'search';
  outcome: string;
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  searches: number;
  microUsd: number | null;
  reservedMicroUsd: number | null;
  reservedTokens: number | null;
  /** The purses that it was reserved in. */
  budgetIds: string[] | null;
  price: unknown;
  latencyMs: number | null;
  requestId: string | null;
  error: Failure | null;
  startedAt: Date;
  endedAt: Date | null;
}

export const LedgerEntryMapping = new EntitySchema<LedgerEntryRow>({
  name: 'LedgerEntry',
  tableName: 'ledger',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    callId: { type: 'text' },
    callKey: { type: 'text' },
    try: { type: 'integer' },
    taskId: { type: 'text' },
    rootTaskId: { type: 'text' },
    runId: { type: 'text', nullable: true },
    agentId: { type: 'text', nullable: true },
    attempt: { type: 'integer' },
    provider: { type: 'text' },
    model: { type: 'text' },
    purpose: { type: 'text' },
    kind: { type: 'text', default: 'model' },
    outcome: { type: 'text' },
    inputTokens: { type: 'integer', default: 0 },
    cachedInputTokens: { type: 'integer', default: 0 },
    cacheWriteTokens: { type: 'integer', default: 0 },
    outputTokens: { type: 'integer', default: 0 },
    reasoningTokens: { type: 'integer', default: 0 },
    searches: { type: 'integer', default: 0 },
    microUsd: { type: 'bigint', nullable: true, transformer: bigint },
    reservedMicroUsd: { type: 'bigint', nullable: true, transformer: bigint },
    reservedTokens: { type: 'bigint', nullable: true, transformer: bigint },
    budgetIds: { type: 'text', array: true, nullable: true },
    price: { type: 'jsonb', nullable: true },
    latencyMs: { type: 'integer', nullable: true },
    requestId: { type: 'text', nullable: true },
    error: { type: 'jsonb', nullable: true },
    startedAt: { type: 'timestamptz', default: () => 'now()' },
    endedAt: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'ledger_call_try', columns: ['callKey', 'try'], unique: true },
    { name: 'ledger_task', columns: ['taskId'] },
    { name: 'ledger_root', columns: ['rootTaskId'] },
    { name: 'ledger_run', columns: ['runId'], where: 'run_id IS NOT NULL' },
    { name: 'ledger_day', columns: ['workspaceId', 'startedAt'] },
  ],
  foreignKeys: [{ target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] }],
});
