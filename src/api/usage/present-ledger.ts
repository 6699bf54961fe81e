import type { LedgerEntryView } from '../../contracts/task-views.ts';
import type { LedgerEntryRow } from '../../db/mappings/ledger-entry.ts';

export function presentLedgerEntry(row: LedgerEntryRow): LedgerEntryView {
  const { id, callId, kind, taskId, runId, agentId, attempt, provider, model, purpose, outcome } = row;
  const {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens,
    searches,
    latencyMs,
    requestId,
    error,
  } = row;
  return {
    id,
    callId,
    kind,
    try: row.try,
    taskId,
    runId,
    agentId,
    attempt,
    provider,
    model,
    purpose,
    outcome,
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens,
    searches,
    usd: row.microUsd === null ? null : row.microUsd / 1e6,
    latencyMs,
    requestId,
    error,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
