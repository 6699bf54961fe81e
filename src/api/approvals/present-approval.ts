import type { Approval } from '../../contracts/approval.ts';
import type { ListedApproval } from '../../db/approvals/approval-reads.ts';
import { timeOrNull } from '../tasks/present-task.ts';

export function presentApproval(row: ListedApproval): Approval {
  const { id, kind, runId, runName, stepKey, rootTaskId, taskId, taskTitle, agentId, agentName } = row;
  const { tool, risk, destination, editedArguments, title, details, why, ruleIds } = row;
  const { status, hash, editedHash, requestedBy, startedBy, fourEyes, decidedBy, note, happened } = row;
  return {
    ...{ id, kind, runId, runName, stepKey, rootTaskId, taskId, taskTitle, agentId, agentName },
    ...{ tool, risk, destination, arguments: row.arguments, editedArguments, title, details, why, ruleIds },
    ...{ status, hash, editedHash, requestedBy, startedBy, fourEyes, decidedBy, note, happened },
    requestedAt: row.requestedAt.toISOString(),
    consents: row.consents.map(({ by, at }) => ({ by, at })),
    decidedAt: timeOrNull(row.decidedAt),
    remindAt: timeOrNull(row.remindAt),
    expiresAt: timeOrNull(row.expiresAt),
    spentAt: timeOrNull(row.spentAt),
  };
}
