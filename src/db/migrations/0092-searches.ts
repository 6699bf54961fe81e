import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Searches of the web that a model provider makes are paid calls: which rows of the ledger they are, and how many each was. */
export class Searches1764000000092 implements MigrationInterface {
  name = 'Searches1764000000092';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ledger ADD COLUMN kind text NOT NULL DEFAULT 'model', ADD COLUMN searches integer NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE ledger DROP COLUMN searches, DROP COLUMN kind');
  }
}
