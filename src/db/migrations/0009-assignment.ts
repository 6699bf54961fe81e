import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The cards that assignment reads: per agent and capability (and one with the empty name for work that needs none) all that filters and
 * scores. Agents that keep failing, the queue for capacity, ratings.
 */
export class Assignment1764000000009 implements MigrationInterface {
  name = 'Assignment1764000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  `ALTER TABLE agents ADD COLUMN failing_streak integer NOT NULL DEFAULT 0, ADD COLUMN failing_since timestamptz,
     ADD COLUMN probe_at timestamptz, ADD COLUMN probes integer NOT NULL DEFAULT 0`,
  // A slot is taken and given back all the time: room in the page keeps that from touching indexes.
  `ALTER TABLE agents SET (fillfactor = 80)`,
  `CREATE INDEX agents_hired ON agents (workspace_id, role) WHERE archived_at IS NULL`,
  `ALTER TABLE agent_capabilities
     ADD COLUMN role text NOT NULL DEFAULT 'master_operator', ADD COLUMN tools text[] NOT NULL DEFAULT '{}',
     ADD COLUMN duty text NOT NULL DEFAULT 'on', ADD COLUMN max_concurrent integer NOT NULL DEFAULT 1,
     ADD COLUMN active integer NOT NULL DEFAULT 0, ADD COLUMN probe_at timestamptz, ADD COLUMN salt integer NOT NULL DEFAULT 1,
     ADD COLUMN good double precision NOT NULL DEFAULT 0, ADD COLUMN bad double precision NOT NULL DEFAULT 0,
     ADD COLUMN micro_usd double precision, ADD COLUMN ms double precision, ADD COLUMN as_of double precision NOT NULL DEFAULT 0`,
  `ALTER TABLE agent_capabilities SET (fillfactor = 70)`,
  `INSERT INTO agent_capabilities (agent_id, name, workspace_id, level) SELECT id, '', workspace_id, 0 FROM agents`,
  `UPDATE agent_capabilities c SET role = a.role, max_concurrent = a.max_concurrent, active = a.active,
     tools = ARRAY(SELECT jsonb_array_elements_text(a.spec->'tools')), salt = (hashtext(a.id) & 2147483647) | 1,
     duty = CASE WHEN a.archived_at IS NOT NULL THEN 'archived' WHEN a.paused_at IS NOT NULL THEN 'paused' ELSE 'on' END,
     good = a.succeeded, bad = a.failed, as_of = extract(epoch FROM now())
     FROM agents a WHERE a.id = c.agent_id`,
  `ALTER TABLE tasks ADD COLUMN tools text[] NOT NULL DEFAULT '{}', ADD COLUMN deadline timestamptz, ADD COLUMN waiting_need jsonb,
     ADD COLUMN called_at timestamptz, ADD COLUMN rating integer, ADD COLUMN rating_note text`,
  `CREATE INDEX tasks_queue ON tasks (workspace_id, priority) WHERE status = 'waiting' AND waiting_for = 'capacity'`,
  `CREATE INDEX tasks_slots ON tasks (workspace_id, root_id) WHERE holds_slot`,
];

const down = [
  `DROP INDEX tasks_slots`,
  `DROP INDEX tasks_queue`,
  `ALTER TABLE tasks DROP COLUMN tools, DROP COLUMN deadline, DROP COLUMN waiting_need, DROP COLUMN called_at, DROP COLUMN rating,
     DROP COLUMN rating_note`,
  `DELETE FROM agent_capabilities WHERE name = ''`,
  `ALTER TABLE agent_capabilities DROP COLUMN role, DROP COLUMN tools, DROP COLUMN duty, DROP COLUMN max_concurrent, DROP COLUMN active,
     DROP COLUMN probe_at, DROP COLUMN salt, DROP COLUMN good, DROP COLUMN bad, DROP COLUMN micro_usd, DROP COLUMN ms, DROP COLUMN as_of`,
  `DROP INDEX agents_hired`,
  `ALTER TABLE agents DROP COLUMN failing_streak, DROP COLUMN failing_since, DROP COLUMN probe_at, DROP COLUMN probes`,
];
