import { ApprovalKind } from '../../contracts/approval.ts';
import { ApprovalStatus } from '../../contracts/status.ts';
import type { ListFields } from '../list-page.ts';
import type { ApprovalRow } from '../mappings/approval.ts';
import type { Tx } from '../record.ts';

export type ListedApproval = ApprovalRow & {
  runName: string | null;
  taskTitle: string | null;
  agentName: string | null;
};

const source =
  'approvals t LEFT JOIN runs r ON r.id = t.run_id LEFT JOIN tasks k ON k.id = t.task_id LEFT JOIN agents a ON a.id = t.agent_id';
const columns = 't.*, r.name AS run_name, k.title AS task_title, a.name AS agent_name';

export const approvalList = {
  from: source,
  columns,
  fields: {
    status: { sql: 't.status', type: 'text', values: ApprovalStatus.options },
    kind: { sql: 't.kind', type: 'text', values: ApprovalKind.options },
    title: { sql: 't.title', type: 'text' },
    tool: { sql: 't.tool', type: 'text' },
    taskId: { sql: 't.task_id', type: 'text', orderable: false },
    rootTaskId: { sql: 't.root_task_id', type: 'text', orderable: false },
    agentId: { sql: 't.agent_id', type: 'text', orderable: false },
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
