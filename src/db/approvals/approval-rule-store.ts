/** The rules of a workspace that say which tool calls need a person's yes, and the facts that they look at. */
import type { RuleTerms } from '../../contracts/approval-rule.ts';
import type { PolicyRule } from '../../core/policy/match-rule.ts';
import type { ListFields } from '../list-page.ts';
import type { ApprovalRuleRow } from '../mappings/approval-rule.ts';
import type { TaskRow } from '../mappings/task.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';

export const approvalRuleList = {
  from: 'approval_rules t',
  columns: 't.*',
  fields: {
    name: { sql: 't.name', type: 'text' },
    agentId: { sql: 't.agent_id', type: 'text', orderable: false },
    tool: { sql: `t.terms->>'tool'`, type: 'text', orderable: false },
    effect: { sql: `t.terms->>'effect'`, type: 'text', orderable: false, values: ['ask', 'allow', 'deny'] },
    createdAt: { sql: 't.created_at', type: 'time' },
  },
} satisfies ListFields;

interface Named {
  name: string;
  agentId: string | null;
  terms: RuleTerms;
}

export async function insertRule(tx: Tx, { name, agentId, terms }: Named): Promise<string> {
  const id = newId('approvalRule');
  await tx.sql(
    'INSERT INTO approval_rules (id, workspace_id, name, agent_id, terms, created_by) VALUES ($1, $2, $3, $4, $5, $6)',
    [id, tx.workspaceId, name, agentId, JSON.stringify(terms), tx.actor],
  );
  return id;
}

export async function updateRule(tx: Tx, id: string, { name, agentId, terms }: Named): Promise<void> {
  await tx.sql(
    'UPDATE approval_rules SET name = $2, agent_id = $3, terms = $4, version = version + 1, updated_at = now() WHERE id = $1',
    [id, name, agentId, JSON.stringify(terms)],
  );
}

/** @returns false when there is none */
export async function deleteRule(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.sql('DELETE FROM approval_rules WHERE id = $1 AND workspace_id = $2 RETURNING id', [
    id,
    tx.workspaceId,
  ]);
  return rows.length > 0;
}

export async function readRule(tx: Tx, id: string, { lock = false } = {}): Promise<ApprovalRuleRow | null> {
  const [row] = await tx.sql<ApprovalRuleRow>(
    `SELECT * FROM approval_rules WHERE id = $1 AND workspace_id = $2 ${lock ? 'FOR UPDATE' : ''}`,
    [id, tx.workspaceId],
  );
  return row ?? null;
}

export interface PolicyFacts {
  rules: PolicyRule[];
  /** Of the task tree; null when not all of it has a known price. */
  spentUsd: number | null;
  /** Who gave the goal or started the run. */
  startedBy: string;
}

/** What the policy looks at besides the call itself, in one statement. */
export async function loadPolicyFacts(tx: Tx, task: Pick<TaskRow, 'rootId' | 'actor'>): Promise<PolicyFacts> {
  const [row] = await tx.sql<{
    rules: (RuleTerms & { id: string; name: string; agentId: string | null })[] | null;
    microUsd: number | null;
    unpriced: number;
    startedBy: string | null;
  }>(
    `SELECT (SELECT json_agg(r.terms || jsonb_build_object('id', r.id, 'name', r.name, 'agentId', r.agent_id) ORDER BY r.id)
               FROM approval_rules r WHERE r.workspace_id = $2) AS rules,
            (SELECT actor FROM tasks WHERE id = $1) AS started_by, l.micro_usd, l.unpriced
       FROM (SELECT sum(micro_usd)::float8 AS micro_usd, count(*) FILTER (WHERE micro_usd IS NULL AND outcome <> 'open')::int AS unpriced
               FROM ledger WHERE root_task_id = $1) l`,
    [task.rootId, tx.workspaceId],
  );
  const priced = (row?.unpriced ?? 0) === 0;
  return {
    rules: row?.rules ?? [],
    spentUsd: priced ? Number(row?.microUsd ?? 0) / 1e6 : null,
    startedBy: row?.startedBy ?? task.actor,
  };
}

/** People who may decide, but for one. */
export async function countDeciders(tx: Tx, but: string | null): Promise<number> {
  const [row] = await tx.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM principals
      WHERE workspace_id = $1 AND kind = 'person' AND role IN ('owner', 'operator') AND id IS DISTINCT FROM $2`,
    [tx.workspaceId, but],
  );
  return row?.n ?? 0;
}
