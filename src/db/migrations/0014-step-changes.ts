import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person changed for one task only (instructions and model, beside its agent's own); what a run costs is asked in each of its looks. */
export class StepChanges1764000000014 implements MigrationInterface {
  name = 'StepChanges1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks ADD COLUMN changes jsonb`);
    await runner.query(`CREATE INDEX ledger_run ON ledger (run_id) WHERE run_id IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ledger_run`);
    await runner.query(`ALTER TABLE tasks DROP COLUMN changes`);
  }
}
