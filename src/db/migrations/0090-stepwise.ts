import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets a statement that is sent together with its COMMIT refuse: the transaction is rolled back, and begun anew step by step. */
export class Stepwise1764000000090 implements MigrationInterface {
  name = 'Stepwise1764000000090';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION adjutant_stepwise() RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'To be begun anew, step by step.' USING ERRCODE = 'SW001'; END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION adjutant_stepwise()');
  }
}
