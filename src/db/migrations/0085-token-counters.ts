import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is learned of a model's tokens belongs to who counted them: our estimate, or the model's own tokenizer. */
export class TokenCounters1764000000085 implements MigrationInterface {
  name = 'TokenCounters1764000000085';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE token_figures ADD COLUMN counter text NOT NULL DEFAULT 'estimate'`);
    await runner.query(`ALTER TABLE token_figures ALTER COLUMN counter DROP DEFAULT`);
    await runner.query(`ALTER TABLE token_figures DROP CONSTRAINT token_figures_pkey`);
    await runner.query(`ALTER TABLE token_figures ADD PRIMARY KEY (workspace_id, provider, model, counter)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM token_figures WHERE counter <> 'estimate'`);
    await runner.query(`ALTER TABLE token_figures DROP CONSTRAINT token_figures_pkey`);
    await runner.query(`ALTER TABLE token_figures ADD PRIMARY KEY (workspace_id, provider, model)`);
    await runner.query(`ALTER TABLE token_figures DROP COLUMN counter`);
  }
}
