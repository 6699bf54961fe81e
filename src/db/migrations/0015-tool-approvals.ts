import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A tool call may need a person's yes, by rules; a step of a workflow may be a tool call; a key may act for an agent. */
export class ToolApprovals1764000000015 implements MigrationInterface {
  name = 'ToolApprovals1764000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE approvals
      ALTER COLUMN run_id DROP NOT NULL,
      ALTER COLUMN step_key DROP NOT NULL,
      ADD COLUMN kind text NOT NULL DEFAULT 'step',
      ADD COLUMN task_id text REFERENCES tasks (id),
      ADD COLUMN effect_key text,
      ADD COLUMN agent_id text,
      ADD COLUMN tool text,
      ADD COLUMN risk text,
      ADD COLUMN destination text,
      ADD COLUMN arguments jsonb,
      ADD COLUMN edited_arguments jsonb,
      ADD COLUMN edited_hash text,
      ADD COLUMN why text,
      ADD COLUMN rule_ids text[] NOT NULL DEFAULT '{}',
      ADD COLUMN four_eyes boolean NOT NULL DEFAULT false,
      ADD COLUMN started_by text,
      ADD COLUMN consents jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN happened boolean,
      ADD COLUMN remind_at timestamptz,
      ADD COLUMN reminded_at timestamptz`);
    await runner.query(`CREATE INDEX approvals_effect ON approvals (effect_key)`);
    await runner.query(`CREATE TABLE approval_rules (
      id text PRIMARY KEY,
      workspace_id text NOT NULL REFERENCES workspaces (id),
      name text NOT NULL,
      agent_id text REFERENCES agents (id),
      terms jsonb NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(`CREATE INDEX approval_rules_workspace ON approval_rules (workspace_id, id)`);
    await runner.query(`ALTER TABLE tasks ADD COLUMN tool_call jsonb`);
    await runner.query(`ALTER TABLE api_keys ADD COLUMN agent_id text REFERENCES agents (id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE api_keys DROP COLUMN agent_id`);
    await runner.query(`ALTER TABLE tasks DROP COLUMN tool_call`);
    await runner.query(`DROP TABLE approval_rules`);
    await runner.query(`DELETE FROM approvals WHERE kind <> 'step'`);
    await runner.query(`ALTER TABLE approvals
      ALTER COLUMN run_id SET NOT NULL,
      ALTER COLUMN step_key SET NOT NULL,
      DROP COLUMN kind,
      DROP COLUMN task_id,
      DROP COLUMN effect_key,
      DROP COLUMN agent_id,
      DROP COLUMN tool,
      DROP COLUMN risk,
      DROP COLUMN destination,
      DROP COLUMN arguments,
      DROP COLUMN edited_arguments,
      DROP COLUMN edited_hash,
      DROP COLUMN why,
      DROP COLUMN rule_ids,
      DROP COLUMN four_eyes,
      DROP COLUMN started_by,
      DROP COLUMN consents,
      DROP COLUMN happened,
      DROP COLUMN remind_at,
      DROP COLUMN reminded_at`);
  }
}
