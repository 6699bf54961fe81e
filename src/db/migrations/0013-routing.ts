import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was expected of a goal, budgets of single steps, calls that have to wait for a provider's rate limit, what is known of models by
 * experience, and what a workspace says about models instead of the catalogue.
 */
export class Routing1764000000013 implements MigrationInterface {
  name = 'Routing1764000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks ADD COLUMN forecast jsonb, ADD COLUMN payer_ids text[]`);
    await runner.query(
      `CREATE INDEX tasks_goals ON tasks (workspace_id, role, id) WHERE parent_id IS NULL AND run_id IS NULL`,
    );
    await runner.query(`ALTER TABLE effects ADD COLUMN not_before timestamptz`);
    await runner.query(`CREATE TABLE model_figures (
      workspace_id text NOT NULL REFERENCES workspaces (id),
      provider text NOT NULL,
      model text NOT NULL,
      class text NOT NULL,
      figures jsonb NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace_id, provider, model, class)
    )`);
    await runner.query(`CREATE TABLE model_entries (
      workspace_id text NOT NULL REFERENCES workspaces (id),
      provider text NOT NULL,
      model text NOT NULL,
      entry jsonb NOT NULL,
      actor text NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace_id, provider, model)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE model_entries`);
    await runner.query(`DROP TABLE model_figures`);
    await runner.query(`ALTER TABLE effects DROP COLUMN not_before`);
    await runner.query(`DROP INDEX tasks_goals`);
    await runner.query(`ALTER TABLE tasks DROP COLUMN forecast, DROP COLUMN payer_ids`);
  }
}
