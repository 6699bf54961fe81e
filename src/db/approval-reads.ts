import { ApprovalStatus } from '../contracts/status.ts';
import type { ListFields } from './list-page.ts';
import type { ApprovalRow } from './mappings/approval.ts';
import type { Tx } from './record.ts';

export type ListedApproval = ApprovalRow & { runName: string };

const source = 'approvals t JOIN runs r ON r.id = t.run_id';
const columns = 't.*, r.name AS run_name';

export const approvalList = {
  from: source,
  columns,
  fields: {
    status: { sql: 't.status', type: 'text', values: ApprovalStatus.options },
    title: { sql: 't.title', type: 'text' },
    runId: { sql: 't.run_id', type: 'text', orderable: false },
    requestedAt: { sql: 't.requested_at', type: 'time' },
    decidedAt: { sql: 't.decided_at', type: 'time', orderable: false },
    expiresAt: { sql: 't.expires_at', type: 'time', orderable: false },
  },
} satisfies ListFields;

export async function readApproval(tx: Tx, id: string): Promise<ListedApproval | null> {
  const [row] = await tx.sql<ListedApproval>(
    `SELECT ${columns} FROM ${source} WHERE t.id = $1 AND t.workspace_id = $2`,
    [id, tx.workspaceId],
  );
  return row ?? null;
}
