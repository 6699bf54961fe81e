import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A forEach that has begun says how many items it has. */
export class Items1764000000081 implements MigrationInterface {
  name = 'Items1764000000081';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE steps ADD COLUMN items integer`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE steps DROP COLUMN items`);
  }
}
