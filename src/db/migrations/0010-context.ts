import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a model call sent, without copies: entries of the transcript by number and hash, and texts that are kept once. Summaries of what fell
 * out of the window, and what was learned of each model's tokens.
 */
export class Context1764000000010 implements MigrationInterface {
  name = 'Context1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE transcript ADD COLUMN tokens integer NOT NULL DEFAULT 0`);
    await runner.query(`CREATE TABLE texts (
      workspace_id text NOT NULL REFERENCES workspaces (id),
      hash text NOT NULL,
      text text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace_id, hash)
    )`);
    await runner.query(`CREATE TABLE summaries (
      task_id text NOT NULL REFERENCES tasks (id),
      attempt integer NOT NULL,
      to_seq integer NOT NULL,
      from_seq integer NOT NULL,
      workspace_id text NOT NULL,
      hash text NOT NULL,
      tokens integer NOT NULL,
      call_id text,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (task_id, attempt, to_seq)
    )`);
    await runner.query(`CREATE TABLE token_figures (
      workspace_id text NOT NULL REFERENCES workspaces (id),
      provider text NOT NULL,
      model text NOT NULL,
      factor double precision NOT NULL,
      samples integer NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace_id, provider, model)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE token_figures`);
    await runner.query(`DROP TABLE summaries`);
    await runner.query(`DROP TABLE texts`);
    await runner.query(`ALTER TABLE transcript DROP COLUMN tokens`);
  }
}
