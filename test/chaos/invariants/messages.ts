import type { Invariant } from '../invariants.ts';

/** A message that was answered with 201 arrives, once, and in its place. */
export const messageInvariants: Invariant[] = [
  {
    name: 'every accepted message is in the record',
    needs: 'messages',
    sql: `SELECT a.key, a.id FROM jsonb_to_recordset($1) AS a (key text, id text) LEFT JOIN messages m ON m.id = a.id WHERE m.id IS NULL`,
  },
  {
    name: 'every message was read or says why not',
    sql: `SELECT id, recipient, state, reason FROM messages WHERE state IN ('accepted', 'delivered') AND to_kind = 'task'
          UNION ALL SELECT id, recipient, state, reason FROM messages WHERE state IN ('expired', 'withdrawn') AND reason IS NULL`,
  },
  {
    name: 'nobody is asked any more by a task that has ended',
    sql: `SELECT m.id, m.from_task_id, m.state FROM messages m JOIN tasks t ON t.id = m.from_task_id
           WHERE m.to_kind = 'person' AND m.type = 'request' AND m.answered_by IS NULL AND m.state NOT IN ('expired', 'withdrawn') AND t.ended_at IS NOT NULL`,
  },
  {
    name: 'no step of a message is told twice',
    sql: `SELECT data->>'messageId' AS id, type, count(*) FROM events WHERE type LIKE 'message.%' GROUP BY 1, 2 HAVING count(*) > 1`,
  },
  {
    name: 'messages to a task are delivered in the order of their places',
    sql: `SELECT one.recipient, one.id, other.id AS before FROM messages one JOIN messages other ON other.recipient = one.recipient AND other.place > one.place
            JOIN events e ON e.type = 'message.delivered' AND e.data->>'messageId' = one.id
            JOIN events f ON f.type = 'message.delivered' AND f.data->>'messageId' = other.id
           WHERE one.to_kind = 'task' AND e.stream = f.stream AND e.seq > f.seq`,
  },
  {
    name: 'a mailbox has no gap',
    sql: `SELECT b.recipient, b.last_place, count(m.id) AS messages FROM mailboxes b LEFT JOIN messages m ON m.recipient = b.recipient
           GROUP BY b.recipient, b.last_place HAVING count(m.id) <> b.last_place OR max(m.place) <> b.last_place`,
  },
  {
    name: 'what nobody read by its deadline expired then, and nothing more is told of it',
    sql: `SELECT id, recipient, state, reason FROM messages WHERE deadline < now() - interval '5 seconds' AND state IN ('accepted', 'delivered') AND answered_by IS NULL
          UNION ALL SELECT id, recipient, 'expired too early', reason FROM messages WHERE state = 'expired' AND reason LIKE '%by the deadline.' AND expired_at < deadline
          UNION ALL SELECT e.data->>'messageId', e.stream, later.type, NULL FROM events e
            JOIN events later ON later.stream = e.stream AND later.seq > e.seq AND later.data->>'messageId' = e.data->>'messageId'
           WHERE e.type IN ('message.expired', 'message.withdrawn') AND later.type LIKE 'message.%'`,
  },
];
