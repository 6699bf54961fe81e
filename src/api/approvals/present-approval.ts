import type { Approval } from '../../contracts/approval.ts';
import type { ListedApproval } from '../../db/approval-reads.ts';
import { timeOrNull } from '../tasks/present-task.ts';

export function presentApproval(row: ListedApproval): Approval {
  return {
    id: row.id,
    runId: row.runId,
    runName: row.runName,
    stepKey: row.stepKey,
    rootTaskId: row.rootTaskId,
    title: row.title,
    details: row.details,
    status: row.status,
    hash: row.hash,
    requestedAt: row.requestedAt.toISOString(),
    requestedBy: row.requestedBy,
    decidedAt: timeOrNull(row.decidedAt),
    decidedBy: row.decidedBy,
    note: row.note,
    expiresAt: timeOrNull(row.expiresAt),
    spentAt: timeOrNull(row.spentAt),
  };
}
