import type { Invariant } from '../invariants.ts';

const over = `('completed', 'failed', 'cancelled')`;
const stepEnds = `'step.completed', 'step.failed', 'step.skipped', 'step.cancelled'`;

/** The record agrees with itself. */
export const recordInvariants: Invariant[] = [
  {
    name: 'every task, run, step, attempt and file has ended',
    sql: `SELECT 'task' AS kind, id, status, concat_ws(': ', waiting_for, waiting_detail) AS waits FROM tasks WHERE status NOT IN ${over} OR ended_at IS NULL
          UNION ALL SELECT 'run', id, status, NULL FROM runs WHERE status NOT IN ${over} OR ended_at IS NULL
          UNION ALL SELECT 'step', run_id || ' ' || key, status, NULL FROM steps WHERE status NOT IN ('completed', 'failed', 'cancelled', 'skipped')
          UNION ALL SELECT 'attempt', id, status, NULL FROM attempts WHERE status = 'running'
          UNION ALL SELECT 'file', id, status, NULL FROM files WHERE status NOT IN ('ready', 'failed')`,
  },
  {
    name: 'a step is one task, however often it is tried',
    sql: `SELECT s.run_id, s.key, s.attempts, count(t.id) AS tasks FROM steps s LEFT JOIN tasks t ON t.run_id = s.run_id AND t.step_key = s.key
           WHERE NOT EXISTS (SELECT 1 FROM runs r JOIN workflow_versions v ON v.workflow_id = r.workflow_id AND v.version = r.workflow_version,
               jsonb_array_elements(v.definition->'steps') AS d WHERE r.id = s.run_id AND d->>'id' = s.step_id AND d->>'kind' IN ('approval', 'wait'))
           GROUP BY s.run_id, s.key, s.attempts HAVING count(t.id) <> least(s.attempts, 1)`,
  },
  {
    name: 'a step says what its task says',
    sql: `SELECT s.run_id, s.key, s.status, t.id, t.status AS task_status FROM steps s JOIN tasks t ON t.id = s.task_id WHERE s.status <> t.status`,
  },
  {
    name: 'a plan is one run',
    sql: `SELECT t.id, count(r.id) AS runs FROM tasks t JOIN runs r ON r.task_id = t.id GROUP BY t.id HAVING count(r.id) > 1`,
  },
  {
    name: 'a run that is completed has all its steps',
    sql: `SELECT r.id, s.key, s.status FROM runs r JOIN steps s ON s.run_id = r.id
           WHERE r.status = 'completed' AND s.status NOT IN ('completed', 'skipped') AND NOT (s.status = 'failed' AND EXISTS (
             SELECT 1 FROM workflow_versions v, jsonb_array_elements(v.definition->'steps') AS d WHERE v.workflow_id = r.workflow_id
                AND v.version = r.workflow_version AND d->>'id' = s.step_id AND d->>'onError' = 'continue'))`,
  },
  {
    name: 'no stream has a gap',
    sql: `SELECT s.name, s.last_seq, count(e.id) AS events, min(e.seq) AS first, max(e.seq) AS last
            FROM streams s LEFT JOIN events e ON e.stream = s.name GROUP BY s.name, s.last_seq
          HAVING count(e.id) <> s.last_seq OR (s.last_seq > 0 AND (min(e.seq) <> 1 OR max(e.seq) <> s.last_seq))
          UNION ALL SELECT e.stream, NULL, count(*), min(e.seq), max(e.seq) FROM events e
            WHERE NOT EXISTS (SELECT 1 FROM streams s WHERE s.name = e.stream) GROUP BY e.stream`,
  },
  {
    name: 'every beginning and every end is told exactly once',
    sql: `WITH told AS (
            SELECT e.stream AS what, e.seq, split_part(e.type, '.', 2) AS said, lag(split_part(e.type, '.', 2)) OVER w AS before, row_number() OVER w AS n,
                   row_number() OVER (PARTITION BY e.stream ORDER BY e.seq DESC) AS from_end
              FROM events e WHERE e.type IN ('task.created', 'task.resumed', 'task.completed', 'task.failed', 'task.cancelled',
                                             'run.started', 'run.resumed', 'run.completed', 'run.failed', 'run.cancelled')
            WINDOW w AS (PARTITION BY e.stream ORDER BY e.seq))
          SELECT what, seq::text, said, before FROM told WHERE said IN ${over} AND before IN ${over}
          UNION ALL SELECT what, seq::text, said, before FROM told WHERE said IN ('created', 'started') AND (before = said OR before IN ${over})
          UNION ALL SELECT ends.what, ends.status, told.said, NULL FROM (
              SELECT 'task/' || id AS what, status FROM tasks WHERE status IN ${over}
              UNION ALL SELECT 'run/' || id, status FROM runs WHERE status IN ${over}) AS ends
            LEFT JOIN told ON told.what = ends.what AND told.from_end = 1 WHERE told.said IS DISTINCT FROM ends.status
          UNION ALL SELECT step.stream || ' ' || step.key, step.seq::text, step.type, step.before FROM (
              SELECT e.stream, e.data->>'key' AS key, e.seq, e.type, lag(e.type) OVER (PARTITION BY e.stream, e.data->>'key' ORDER BY e.seq) AS before
                FROM events e WHERE e.type LIKE 'step.%' AND e.type <> 'step.changed') AS step
            WHERE step.type IN (${stepEnds}) AND step.before IN (${stepEnds})`,
  },
  {
    name: 'agents hold as many slots as their tasks, which is none',
    sql: `SELECT a.id, a.name, a.active, count(t.id) AS held FROM agents a LEFT JOIN tasks t ON t.agent_id = a.id AND t.holds_slot
           GROUP BY a.id, a.name, a.active HAVING a.active <> 0 OR count(t.id) <> 0`,
  },
  {
    name: 'the outbox is empty and holds nothing dead',
    sql: `SELECT id, target, status, tries, last_error FROM outbox WHERE status <> 'done'`,
  },
  {
    name: 'every effect is over',
    sql: `SELECT key, kind, purpose, status, tries, error FROM effects WHERE status IN ('planned', 'claimed')`,
  },
  {
    name: 'no answer stands twice in a transcript',
    sql: `SELECT task_id, attempt, turn, role, count(*) FROM transcript WHERE role = 'assistant'
           GROUP BY task_id, attempt, turn, role HAVING count(*) > 1`,
  },
  {
    name: 'a transcript has no gap',
    sql: `SELECT task_id, count(*), max(seq) FROM transcript GROUP BY task_id HAVING count(*) <> max(seq)`,
  },
];
