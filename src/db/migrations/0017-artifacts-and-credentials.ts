import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that tasks make themselves, and named secrets that tools may use at certain hosts. */
export class ArtifactsAndCredentials1764000000017 implements MigrationInterface {
  name = 'ArtifactsAndCredentials1764000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE files ADD COLUMN made_by text`);
    await runner.query(`CREATE UNIQUE INDEX files_made_by ON files (made_by) WHERE made_by IS NOT NULL`);
    await runner.query(`ALTER TABLE task_files ADD COLUMN made boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE TABLE credentials (
      id text PRIMARY KEY,
      workspace_id text NOT NULL REFERENCES workspaces (id),
      name text NOT NULL,
      placement jsonb NOT NULL,
      hosts jsonb NOT NULL,
      sealed text NOT NULL,
      key_id text NOT NULL,
      last4 text NOT NULL,
      actor text NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(`CREATE UNIQUE INDEX credentials_name ON credentials (workspace_id, name)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE credentials`);
    await runner.query(`ALTER TABLE task_files DROP COLUMN made`);
    await runner.query(`ALTER TABLE files DROP COLUMN made_by`);
  }
}
