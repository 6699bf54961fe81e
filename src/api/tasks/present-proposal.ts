import type { PlanProposal } from '../../contracts/plan.ts';
import type { PlanRow } from '../../db/mappings/plan.ts';
import { timeOrNull } from './present-task.ts';

export function presentProposal(row: PlanRow): PlanProposal {
  const { n, kind, status, origin, reason, workflowId, changes, corrections, decidedBy, note, edited } = row;
  return {
    n,
    kind,
    status,
    origin,
    reason,
    workflowId,
    version: row.workflowVersion,
    changes,
    corrections,
    decidedBy,
    note,
    edited,
    createdAt: row.createdAt.toISOString(),
    decidedAt: timeOrNull(row.decidedAt),
  };
}
