import type { UsageQuery } from '../contracts/task-views.ts';
import { type CostRow, costColumns } from './cost-reads.ts';
import type { ListFields } from './list-page.ts';
import type { Tx } from './record.ts';

export const ledgerList = {
  from: 'ledger t',
  columns: 't.*',
  fields: {
    taskId: { sql: 't.task_id', type: 'text' },
    provider: { sql: 't.provider', type: 'text' },
    model: { sql: 't.model', type: 'text' },
    kind: { sql: 't.kind', type: 'text' },
    purpose: { sql: 't.purpose', type: 'text' },
    outcome: { sql: 't.outcome', type: 'text' },
    usd: { sql: '(t.micro_usd::float8 / 1e6)', type: 'number', orderable: false },
    startedAt: { sql: 't.started_at', type: 'time' },
  },
} satisfies ListFields;

/** Condition for a list whose `t.task_id` is a task ($1) or anything below it. */
export const belowTask = `t.task_id IN (WITH RECURSIVE below (id) AS (
  SELECT $1::text UNION SELECT k.id FROM below b JOIN tasks k ON k.parent_id = b.id) SELECT id FROM below)`;

const groups: Record<UsageQuery['groupBy'], { key: string; label: string; join: string }> = {
  model: { key: `l.provider || '/' || l.model`, label: `l.model`, join: '' },
  agent: {
    key: `coalesce(l.agent_id, '')`,
    label: `coalesce(max(a.name), '')`,
    join: 'LEFT JOIN agents a ON a.id = l.agent_id',
  },
  task: {
    key: 'l.root_task_id',
    label: `coalesce(max(k.title), '')`,
    join: 'LEFT JOIN tasks k ON k.id = l.root_task_id',
  },
  run: {
    key: `coalesce(l.run_id, '')`,
    label: `coalesce(max(w.name), '')`,
    join: 'LEFT JOIN runs r ON r.id = l.run_id LEFT JOIN workflows w ON w.id = r.workflow_id',
  },
  day: { key: `to_char(l.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`, label: '', join: '' },
  kind: { key: 'l.kind', label: '', join: '' },
};

/** At most a thousand lines, the dearest first; days in their order. */
export async function readUsage(
  tx: Tx,
  { groupBy, from, to }: UsageQuery,
): Promise<(CostRow & { key: string; label: string })[]> {
  const { key, label, join } = groups[groupBy];
  const shown = groupBy === 'model' ? 'max(l.model)' : label || key;
  const order = groupBy === 'day' ? '1 DESC' : 'micro_usd DESC, input_tokens DESC, 1';
  return tx.sql(
    `SELECT ${key} AS key, ${shown} AS label, ${costColumns} FROM ledger l ${join}
     WHERE l.workspace_id = $1 AND ($2::timestamptz IS NULL OR l.started_at >= $2) AND ($3::timestamptz IS NULL OR l.started_at < $3)
     GROUP BY 1 ORDER BY ${order} LIMIT 1000`,
    [tx.workspaceId, from ? new Date(from) : null, to ? new Date(to) : null],
  );
}
