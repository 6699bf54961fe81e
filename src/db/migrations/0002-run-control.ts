import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pause, resume and retry: tasks can be paused; attempts before a retry no longer count; a step keeps what a retry changed; who looks finds what was asked of it. */
export class RunControl1764000000002 implements MigrationInterface {
  name = 'RunControl1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE tasks ADD COLUMN paused_at timestamptz, ADD COLUMN attempts_before integer NOT NULL DEFAULT 0`,
    );
    await runner.query(`ALTER TABLE steps ADD COLUMN changes jsonb`);
    await runner.query(`CREATE INDEX outbox_ready ON outbox (target) WHERE status = 'ready'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks DROP COLUMN paused_at, DROP COLUMN attempts_before`);
    await runner.query(`ALTER TABLE steps DROP COLUMN changes`);
    await runner.query(`DROP INDEX outbox_ready`);
  }
}
