import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person changed for one task only: instructions and model, beside its agent's own. */
export class StepChanges1764000000014 implements MigrationInterface {
  name = 'StepChanges1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks ADD COLUMN changes jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks DROP COLUMN changes`);
  }
}
