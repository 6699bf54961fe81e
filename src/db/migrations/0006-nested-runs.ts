import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A step may run another workflow: a run of its own, below the run of that step. */
export class NestedRuns1764000000006 implements MigrationInterface {
  name = 'NestedRuns1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE runs ADD COLUMN parent_run_id text REFERENCES runs (id), ADD COLUMN parent_step_key text,
         ADD COLUMN nesting integer NOT NULL DEFAULT 0`,
    );
    await runner.query(`CREATE INDEX runs_parent ON runs (parent_run_id)`);
    await runner.query(`ALTER TABLE steps ADD COLUMN child_run_id text REFERENCES runs (id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE steps DROP COLUMN child_run_id`);
    await runner.query(
      `ALTER TABLE runs DROP COLUMN parent_run_id, DROP COLUMN parent_step_key, DROP COLUMN nesting`,
    );
  }
}
