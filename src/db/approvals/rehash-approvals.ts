import { hashOf } from './approval-store.ts';
import type { ApprovalRow } from '../mappings/approval.ts';
import type { Tx } from '../record.ts';

type Asked = Pick<ApprovalRow, 'id' | 'hash' | 'consents'> & Parameters<typeof hashOf>[0];

/** A run goes on with another version of its plan: what is asked in steps that are kept is asked as before, and nothing else is. */
export async function rehashApprovals(
  tx: Tx,
  runId: string,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const rows = await tx.sql<Asked>(
    `SELECT * FROM approvals WHERE run_id = $1 AND status IN ('requested', 'approved') AND spent_at IS NULL ORDER BY id FOR NO KEY UPDATE`,
    [runId],
  );
  for (const row of rows.filter((each) => hashOf(each, from) === each.hash)) {
    const hash = hashOf(row, to);
    // Who has agreed to it, with four eyes, has agreed to the same.
    const consents = row.consents.map((each) => (each.hash === row.hash ? { ...each, hash } : each));
    await tx.sql('UPDATE approvals SET hash = $2, consents = $3 WHERE id = $1', [
      row.id,
      hash,
      JSON.stringify(consents),
    ]);
  }
}
