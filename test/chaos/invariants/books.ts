import type { Invariant } from '../invariants.ts';

const journal = `jsonb_to_recordset($1) AS j (id text, "callKey" text, "try" int, outcome text, usage jsonb, note text)`;
const booked = `ledger l ON l.call_key = j."callKey" AND l.try = j."try"`;

/** Our books (effects, ledger) agree with themselves and with the other side's (the journal of what was served). */
export const bookInvariants: Invariant[] = [
  {
    name: 'no try is left open in the ledger',
    sql: `SELECT call_key, try, outcome, started_at FROM ledger WHERE outcome = 'open' OR ended_at IS NULL`,
  },
  {
    name: 'each stored answer was paid exactly once',
    sql: `SELECT e.key, e.status, e.tries, count(l.id) FILTER (WHERE l.outcome = 'ok' AND l.try = e.tries) AS paid
            FROM effects e LEFT JOIN ledger l ON l.call_key = e.key WHERE e.kind = 'model' AND e.status = 'settled'
           GROUP BY e.key, e.status, e.tries HAVING count(l.id) FILTER (WHERE l.outcome = 'ok' AND l.try = e.tries) <> 1`,
  },
  {
    name: 'no call was claimed after its answer was stored',
    sql: `SELECT l.call_key, l.try, l.started_at, e.settled_at FROM ledger l JOIN effects e ON e.key = l.call_key
           WHERE e.status = 'settled' AND l.started_at > e.settled_at`,
  },
  {
    name: 'a call has as many rows in the ledger as it had tries',
    sql: `SELECT e.key, e.tries, count(l.id) AS rows, max(l.try) AS last FROM effects e LEFT JOIN ledger l ON l.call_key = e.key
           WHERE e.kind = 'model' GROUP BY e.key, e.tries HAVING count(l.id) <> e.tries OR coalesce(max(l.try), 0) <> e.tries`,
  },
  {
    name: 'a try without a bill stands at its reserved maximum',
    sql: `SELECT call_key, try, outcome, micro_usd, reserved_micro_usd, error FROM ledger
           WHERE outcome IN ('unknown', 'aborted') AND (micro_usd IS DISTINCT FROM reserved_micro_usd OR reserved_micro_usd IS NULL)`,
  },
  {
    name: 'no answer cost more than was reserved',
    sql: `SELECT call_key, try, micro_usd, reserved_micro_usd FROM ledger WHERE outcome = 'ok' AND (micro_usd IS NULL OR micro_usd > reserved_micro_usd)`,
  },
  {
    name: 'each try was sent once',
    needs: 'journal',
    sql: `SELECT j."callKey", j."try", count(*) AS sent FROM ${journal} GROUP BY 1, 2 HAVING count(*) > 1 OR j."callKey" IS NULL`,
  },
  {
    name: 'everything that was asked had been claimed',
    needs: 'journal',
    sql: `SELECT j.id, j."callKey", j."try", j.outcome FROM ${journal} LEFT JOIN ${booked} WHERE l.id IS NULL OR j.outcome = 'unplanned'`,
  },
  {
    name: 'what was served is booked: as it was, or as lost at its maximum',
    needs: 'journal',
    sql: `SELECT j.id, j."callKey", j."try", j.outcome AS served, l.outcome AS booked, l.error FROM ${journal} JOIN ${booked}
           WHERE (j.outcome = 'served' AND l.outcome NOT IN ('ok', 'unknown', 'aborted'))
              OR (j.outcome = 'refused' AND l.outcome NOT IN ('failed', 'unknown', 'aborted'))
              OR (j.outcome IN ('broken', 'client_gone', 'open') AND l.outcome NOT IN ('unknown', 'aborted'))`,
  },
  {
    name: 'the ledger equals the journal, token by token',
    needs: 'journal',
    sql: `SELECT l.call_key, l.try, l.request_id, j.id AS served_id, j.outcome AS served, l.input_tokens, l.cached_input_tokens, l.output_tokens, j.usage
            FROM ledger l LEFT JOIN ${journal} ON l.call_key = j."callKey" AND l.try = j."try"
           WHERE l.outcome = 'ok' AND (j.id IS NULL OR j.outcome <> 'served' OR l.request_id IS DISTINCT FROM j.id
             OR l.input_tokens <> (j.usage->>'inputTokens')::int OR l.cached_input_tokens <> (j.usage->>'cachedInputTokens')::int
             OR l.output_tokens <> (j.usage->>'outputTokens')::int OR l.reasoning_tokens <> (j.usage->>'reasoningTokens')::int)`,
  },
];
