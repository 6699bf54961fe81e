import type { Invariant } from '../invariants.ts';

/** The newest event of these types before `e` on its stream. */
const before = (types: string) =>
  `(SELECT b.type FROM events b WHERE b.stream = e.stream AND b.seq < e.seq AND b.type IN (${types}) ORDER BY b.seq DESC LIMIT 1)`;

/** What people hold up, end and try again. */
export const controlInvariants: Invariant[] = [
  {
    name: 'a paused run begins no step',
    sql: `SELECT e.stream, e.seq, e.data->>'key' AS key FROM events e WHERE e.type = 'step.started'
             AND ${before(`'run.paused', 'run.resumed', 'run.completed', 'run.failed', 'run.cancelled'`)} = 'run.paused'`,
  },
  {
    name: 'what was cancelled makes no more calls',
    sql: `SELECT t.id, t.ended_at, l.call_key, l.started_at FROM tasks t JOIN ledger l ON l.task_id = t.id WHERE t.status = 'cancelled' AND l.started_at > t.ended_at
          UNION ALL SELECT t.id, t.ended_at, f.key, f.claimed_at FROM tasks t JOIN effects f ON f.task_id = t.id WHERE t.status = 'cancelled' AND f.claimed_at > t.ended_at`,
  },
  {
    name: 'nothing below what was cancelled goes on after it',
    sql: `SELECT r.id, t.id AS below, t.status, t.ended_at FROM runs r JOIN tasks t ON t.run_id = r.id WHERE r.status = 'cancelled' AND coalesce(t.ended_at, 'infinity') > r.ended_at
          UNION ALL SELECT k.id, r.id, r.status, r.ended_at FROM tasks k JOIN runs r ON r.task_id = k.id WHERE k.status = 'cancelled' AND coalesce(r.ended_at, 'infinity') > k.ended_at`,
  },
  {
    name: 'each try is an attempt of its own, counted from one, and every call is paid by one of them',
    sql: `SELECT task_id, count(*) AS attempts, max(n)::text AS what FROM attempts GROUP BY task_id HAVING count(*) <> max(n) OR min(n) <> 1
          UNION ALL SELECT l.task_id, l.attempt, l.call_key FROM ledger l WHERE NOT EXISTS (SELECT 1 FROM attempts a WHERE a.task_id = l.task_id AND a.n = l.attempt)`,
  },
  {
    name: 'what begins again after its end is a new attempt',
    sql: `SELECT again.stream, again.attempt, again.earlier FROM (
            SELECT e.stream, (e.data->>'attempt')::int AS attempt, max((e.data->>'attempt')::int) OVER (PARTITION BY e.stream ORDER BY e.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier,
                   lag(e.seq) OVER (PARTITION BY e.stream ORDER BY e.seq) AS since, e.seq FROM events e WHERE e.type = 'task.started') AS again
           WHERE again.attempt <= again.earlier AND EXISTS (SELECT 1 FROM events x WHERE x.stream = again.stream AND x.seq BETWEEN again.since AND again.seq
             AND x.type IN ('task.completed', 'task.failed', 'task.cancelled'))`,
  },
  {
    name: 'a plan that was changed says so once, and lost nothing that had completed',
    sql: `SELECT p.task_id, p.n::text AS what, count(e.id) AS told FROM plans p LEFT JOIN events e ON e.stream = 'task/' || p.task_id AND e.type = 'plan.revised' AND (e.data->>'n')::int = p.n
           WHERE p.kind = 'revision' AND p.changes IS NOT NULL AND EXISTS (SELECT 1 FROM runs r WHERE r.task_id = p.task_id AND r.plan_n >= p.n)
           GROUP BY p.task_id, p.n HAVING count(e.id) <> 1
          UNION ALL SELECT e.stream, e.data->>'key', NULL FROM events e WHERE e.type = 'step.removed'
             AND (SELECT b.type FROM events b WHERE b.stream = e.stream AND b.data->>'key' = e.data->>'key' AND b.seq < e.seq AND b.type LIKE 'step.%' ORDER BY b.seq DESC LIMIT 1) = 'step.completed'`,
  },
];
