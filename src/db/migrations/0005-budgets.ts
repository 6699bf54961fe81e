import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Purses, what each open call has set aside in which of them, and what a call needs that waits for room. */
export class Budgets1764000000005 implements MigrationInterface {
  name = 'Budgets1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE budgets (
      id text PRIMARY KEY,
      workspace_id text NOT NULL REFERENCES workspaces (id),
      scope text NOT NULL,
      subject_id text NOT NULL,
      limit_micro_usd bigint,
      limit_tokens bigint,
      extra_micro_usd bigint NOT NULL DEFAULT 0,
      extra_tokens bigint NOT NULL DEFAULT 0,
      spent_micro_usd bigint NOT NULL DEFAULT 0,
      spent_tokens bigint NOT NULL DEFAULT 0,
      reserved_micro_usd bigint NOT NULL DEFAULT 0,
      reserved_tokens bigint NOT NULL DEFAULT 0,
      warned integer NOT NULL DEFAULT 0,
      exhausted_at timestamptz,
      day date,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(`CREATE UNIQUE INDEX budgets_subject ON budgets (workspace_id, scope, subject_id)`);
    await runner.query(`ALTER TABLE ledger ADD COLUMN reserved_tokens bigint, ADD COLUMN budget_ids text[]`);
    await runner.query(`ALTER TABLE effects ADD COLUMN needs jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE effects DROP COLUMN needs`);
    await runner.query(`ALTER TABLE ledger DROP COLUMN reserved_tokens, DROP COLUMN budget_ids`);
    await runner.query(`DROP TABLE budgets`);
  }
}
