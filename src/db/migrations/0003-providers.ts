import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of model providers that people enter, and which models are out of service right now. */
export class Providers1764000000003 implements MigrationInterface {
  name = 'Providers1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE workspaces ADD COLUMN providers_revision integer NOT NULL DEFAULT 0`);
    await runner.query(`CREATE TABLE provider_keys (
      workspace_id text NOT NULL REFERENCES workspaces (id),
      provider text NOT NULL,
      sealed text,
      key_id text,
      last4 text,
      base_url text,
      model text,
      fit jsonb,
      actor text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace_id, provider)
    )`);
    await runner.query(`CREATE TABLE provider_health (
      account text NOT NULL,
      provider text NOT NULL,
      model text NOT NULL,
      reason text NOT NULL,
      failures integer NOT NULL,
      since timestamptz NOT NULL DEFAULT now(),
      open_until timestamptz NOT NULL,
      trial_task_id text,
      trial_until timestamptz,
      PRIMARY KEY (account, provider, model)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE provider_health`);
    await runner.query(`DROP TABLE provider_keys`);
    await runner.query(`ALTER TABLE workspaces DROP COLUMN providers_revision`);
  }
}
