import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever wants to hear of a new approval outside of the page is told over HTTP. */
export class ApprovalWebhook1764000000016 implements MigrationInterface {
  name = 'ApprovalWebhook1764000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE approval_webhooks (
      workspace_id text PRIMARY KEY REFERENCES workspaces (id),
      url text NOT NULL,
      sealed text NOT NULL,
      key_id text NOT NULL,
      last4 text NOT NULL,
      open_as text REFERENCES principals (id),
      actor text NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(`CREATE TABLE approval_deliveries (
      id text PRIMARY KEY,
      workspace_id text NOT NULL,
      approval_id text NOT NULL REFERENCES approvals (id),
      event text NOT NULL,
      status text NOT NULL DEFAULT 'ready',
      tries integer NOT NULL DEFAULT 0,
      due_at timestamptz NOT NULL DEFAULT now(),
      last_error text,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz
    )`);
    await runner.query(
      `CREATE INDEX approval_deliveries_due ON approval_deliveries (due_at) WHERE status = 'ready'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE approval_deliveries`);
    await runner.query(`DROP TABLE approval_webhooks`);
  }
}
