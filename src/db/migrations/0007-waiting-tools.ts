import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A tool call may wait for somebody else's answer. */
export class WaitingTools1764000000007 implements MigrationInterface {
  name = 'WaitingTools1764000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE effects ADD COLUMN waits jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE effects DROP COLUMN waits`);
  }
}
