import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Steps that wait, for a time or for a person's decision. */
export class Approvals1764000000004 implements MigrationInterface {
  name = 'Approvals1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE approvals (
      id text PRIMARY KEY,
      workspace_id text NOT NULL,
      run_id text NOT NULL REFERENCES runs (id),
      step_key text NOT NULL,
      attempt integer NOT NULL,
      root_task_id text,
      title text NOT NULL,
      details text,
      status text NOT NULL,
      hash text NOT NULL,
      requested_at timestamptz NOT NULL DEFAULT now(),
      requested_by text NOT NULL,
      decided_at timestamptz,
      decided_by text,
      note text,
      expires_at timestamptz,
      spent_at timestamptz
    )`);
    await runner.query(`CREATE INDEX approvals_workspace ON approvals (workspace_id, id)`);
    await runner.query(`CREATE UNIQUE INDEX approvals_step ON approvals (run_id, step_key, attempt)`);
    await runner.query(
      `ALTER TABLE steps ADD COLUMN wait_until timestamptz, ADD COLUMN approval_id text REFERENCES approvals (id)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE steps DROP COLUMN wait_until, DROP COLUMN approval_id`);
    await runner.query(`DROP TABLE approvals`);
  }
}
