import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages between agents, tasks and people; conversations are threads of them. */
export class Messages1764000000008 implements MigrationInterface {
  name = 'Messages1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE conversations (
      id text PRIMARY KEY,
      workspace_id text NOT NULL,
      agent_id text NOT NULL REFERENCES agents (id),
      task_id text REFERENCES tasks (id),
      title text NOT NULL,
      branched_from text,
      version integer NOT NULL DEFAULT 1,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      archived_at timestamptz,
      temporal_started_at timestamptz
    )`);
    await runner.query(`CREATE INDEX conversations_workspace ON conversations (workspace_id, id)`);
    await runner.query(`CREATE TABLE mailboxes (
      recipient text PRIMARY KEY,
      workspace_id text NOT NULL,
      last_place integer NOT NULL
    )`);
    await runner.query(`CREATE TABLE messages (
      id text PRIMARY KEY,
      workspace_id text NOT NULL,
      recipient text NOT NULL,
      place integer NOT NULL,
      from_kind text NOT NULL,
      from_id text NOT NULL,
      from_task_id text,
      to_kind text NOT NULL,
      to_id text,
      task_id text REFERENCES tasks (id),
      conversation_id text REFERENCES conversations (id),
      run_id text REFERENCES runs (id),
      step_key text,
      type text NOT NULL,
      correlation_id text NOT NULL,
      reply_to text REFERENCES messages (id),
      answered_by text,
      content jsonb NOT NULL,
      priority integer NOT NULL DEFAULT 1,
      deadline timestamptz,
      hops integer NOT NULL DEFAULT 0,
      state text NOT NULL,
      reason text,
      tool_key text,
      shown_attempt integer,
      read_in text,
      accepted_at timestamptz NOT NULL DEFAULT now(),
      delivered_at timestamptz,
      read_at timestamptz,
      acknowledged_at timestamptz,
      expired_at timestamptz
    )`);
    await runner.query(`CREATE INDEX messages_workspace ON messages (workspace_id, id)`);
    await runner.query(`CREATE UNIQUE INDEX messages_recipient ON messages (recipient, place)`);
    await runner.query(`CREATE INDEX messages_task ON messages (task_id)`);
    await runner.query(`CREATE INDEX messages_sender ON messages (from_task_id)`);
    await runner.query(`CREATE INDEX messages_correlation ON messages (correlation_id)`);
    await runner.query(
      `CREATE INDEX messages_mailbox ON messages (to_id) WHERE state = 'accepted' AND to_kind = 'agent' AND task_id IS NULL`,
    );
    await runner.query(
      `CREATE INDEX messages_unanswered ON messages (conversation_id) WHERE from_kind = 'person' AND answered_by IS NULL AND state <> 'expired'`,
    );
    await runner.query(`CREATE INDEX messages_conversation ON messages (conversation_id, place)`);
    await runner.query(`CREATE INDEX messages_step ON messages (run_id, step_key) WHERE run_id IS NOT NULL`);
    await runner.query(`ALTER TABLE tasks ADD COLUMN conversation_id text REFERENCES conversations (id)`);
    await runner.query(
      `CREATE INDEX tasks_conversation ON tasks (conversation_id) WHERE conversation_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks DROP COLUMN conversation_id`);
    await runner.query(`DROP TABLE messages`);
    await runner.query(`DROP TABLE mailboxes`);
    await runner.query(`DROP TABLE conversations`);
  }
}
