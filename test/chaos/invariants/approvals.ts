import type { Invariant } from '../invariants.ts';

const called = `events e WHERE e.type = 'tool.called' AND e.data->>'outcome' IN ('ok', 'failed')`;

/** A yes is for one call with exactly its arguments, and good for one time. */
export const approvalInvariants: Invariant[] = [
  {
    name: 'every decision that was taken stands in the record as it was given',
    needs: 'decisions',
    sql: `SELECT d.id, d.status AS given, a.status, a.edited_arguments FROM jsonb_to_recordset($1) AS d (id text, status text, edited bool)
            LEFT JOIN approvals a ON a.id = d.id WHERE a.status IS DISTINCT FROM d.status OR d.edited <> (a.edited_arguments IS NOT NULL)`,
  },
  {
    name: 'nobody is asked any more',
    sql: `SELECT id, title, status FROM approvals WHERE status = 'requested'`,
  },
  {
    name: 'no approval is spent twice, and none without a yes',
    sql: `SELECT e.data->>'approvalId' AS id, count(*) AS times FROM events e WHERE e.type = 'approval.spent' GROUP BY 1 HAVING count(*) > 1
          UNION ALL SELECT id, NULL FROM approvals WHERE spent_at IS NOT NULL AND status <> 'approved'
          UNION ALL SELECT effect_key, count(*) FROM approvals WHERE spent_at IS NOT NULL AND kind = 'tool' GROUP BY 1 HAVING count(*) > 1`,
  },
  {
    name: 'a call that people were asked about was made once, and only with a spent yes',
    sql: `SELECT e.data->>'key' AS key, count(*) AS times FROM ${called} AND EXISTS (SELECT 1 FROM approvals a WHERE a.effect_key = e.data->>'key')
           GROUP BY 1 HAVING count(*) > 1
          UNION ALL SELECT e.data->>'key', NULL FROM ${called} AND EXISTS (SELECT 1 FROM approvals a WHERE a.effect_key = e.data->>'key')
             AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.effect_key = e.data->>'key' AND a.spent_at IS NOT NULL)`,
  },
  {
    name: 'no approved call ran with other arguments than those that were approved',
    sql: `SELECT a.id, a.tool, coalesce(a.edited_arguments, a.arguments) AS approved, f.request->'args' AS sent, f.outcome->>'text' AS answer
            FROM approvals a JOIN effects f ON f.key = a.effect_key WHERE a.spent_at IS NOT NULL
             AND ((f.request->'args' IS NOT NULL AND f.request->'args' <> coalesce(a.edited_arguments, a.arguments))
               OR (a.tool = 'calculate' AND position((length(coalesce(a.edited_arguments, a.arguments)->'variables'->>'who') + 1)::text IN f.outcome->>'text') = 0))`,
  },
  {
    name: 'a step that asked went on only with a spent yes',
    sql: `SELECT s.run_id, s.key, a.status FROM steps s JOIN approvals a ON a.id = s.approval_id
           WHERE s.status = 'completed' AND (a.status <> 'approved' OR a.spent_at IS NULL)`,
  },
  {
    name: 'what expired came to nothing, and nothing was decided after its time',
    sql: `SELECT id, title, status, decided_at, expires_at FROM approvals
           WHERE (status = 'expired' AND spent_at IS NOT NULL) OR (status IN ('approved', 'denied') AND decided_at > expires_at)
          UNION ALL SELECT e.data->>'approvalId', e.stream, later.type, e.at, later.at FROM events e
            JOIN events later ON later.stream = e.stream AND later.seq > e.seq AND later.data->>'approvalId' = e.data->>'approvalId'
           WHERE e.type = 'approval.expired' AND later.type LIKE 'approval.%'
          UNION ALL SELECT a.id, a.title, 'called all the same', e.at, a.expires_at FROM approvals a JOIN events e ON e.data->>'key' = a.effect_key
           WHERE a.status = 'expired' AND e.type = 'tool.called' AND e.data->>'outcome' = 'ok'`,
  },
  {
    name: 'what four eyes had to see was agreed to by two people, neither of whom had started it',
    sql: `SELECT a.id, a.title, a.started_by, a.consents FROM approvals a WHERE a.four_eyes AND a.status = 'approved'
             AND (SELECT count(DISTINCT c->>'by') FROM jsonb_array_elements(a.consents) AS c
                   WHERE c->>'hash' = coalesce(a.edited_hash, a.hash) AND c->>'by' <> a.started_by) < 2`,
  },
];
