import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Facts that outlive a task: of the workspace, of an agent, of a person. */
export class Memories1764000000011 implements MigrationInterface {
  name = 'Memories1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE memories (
      id text PRIMARY KEY,
      workspace_id text NOT NULL REFERENCES workspaces (id),
      scope text NOT NULL,
      subject_id text NOT NULL,
      text text NOT NULL,
      search tsvector NOT NULL,
      hash text NOT NULL,
      source jsonb NOT NULL,
      by_agent boolean NOT NULL,
      confidence real NOT NULL,
      untrusted boolean NOT NULL,
      pinned boolean NOT NULL DEFAULT false,
      expires_at timestamptz,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX memories_fact ON memories (workspace_id, scope, subject_id, hash)`,
    );
    await runner.query(`CREATE INDEX memories_workspace ON memories (workspace_id, id)`);
    await runner.query(`CREATE INDEX memories_words ON memories USING gin (search)`);
    await runner.query(
      `CREATE INDEX memories_pinned ON memories (workspace_id, scope, subject_id) WHERE pinned`,
    );
    await runner.query(`CREATE TABLE memory_words (
      workspace_id text NOT NULL REFERENCES workspaces (id),
      word text NOT NULL,
      PRIMARY KEY (workspace_id, word)
    )`);
    await runner.query(`CREATE INDEX memory_words_letters ON memory_words USING gin (word gin_trgm_ops)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE memory_words`);
    await runner.query(`DROP TABLE memories`);
  }
}
