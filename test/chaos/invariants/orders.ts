import type { Invariant } from '../invariants.ts';

const orders = `jsonb_to_recordset($1) AS o (key text)`;
/** What goes out with a call, so that a server can tell tries of one call from another call. */
const sentKey = (key: string) => `left(encode(sha256(convert_to(${key}, 'UTF8')), 'hex'), 32)`;

/** Calls that may not happen twice, beside the book of whoever was called. */
export const orderInvariants: Invariant[] = [
  {
    name: 'a call that may not happen twice was sent again only when a person let it',
    needs: 'orders',
    sql: `SELECT o.key, count(*) AS sent FROM ${orders} GROUP BY o.key
          HAVING count(*) > 1 + (SELECT count(*) FROM approvals a WHERE a.kind = 'uncertain' AND a.spent_at IS NOT NULL AND ${sentKey('a.effect_key')} = o.key)`,
  },
  {
    name: 'nothing was ordered without a spent yes, and what is told as done was ordered',
    needs: 'orders',
    sql: `SELECT o.key, 'without a yes' AS what FROM ${orders} WHERE NOT EXISTS (
            SELECT 1 FROM approvals a WHERE a.kind = 'tool' AND a.spent_at IS NOT NULL AND ${sentKey('a.effect_key')} = o.key)
          UNION ALL SELECT e.data->>'key', 'never arrived' FROM events e WHERE e.type = 'tool.called' AND e.data->>'tool' = 'http_request' AND e.data->>'outcome' = 'ok'
             AND NOT EXISTS (SELECT 1 FROM ${orders} WHERE o.key = ${sentKey(`e.data->>'key'`)})`,
  },
  {
    name: 'a call of which nobody knew was put to a person, who settled it or gave it up with its task',
    sql: `SELECT e.data->>'key' AS key, a.status FROM events e LEFT JOIN approvals a ON a.effect_key = e.data->>'key' AND a.kind = 'uncertain'
            LEFT JOIN effects f ON f.key = e.data->>'key'
           WHERE e.type = 'tool.called' AND e.data->>'outcome' = 'lost' AND e.data->>'effect' = 'at_most_once' AND coalesce(a.status, 'requested') = 'requested'
             AND f.status IS DISTINCT FROM 'abandoned'`,
  },
];
