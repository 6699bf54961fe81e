import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Servers that bring tools (MCP, OpenAPI documents), and what of their tools a person has accepted. */
export class ToolServers1764000000018 implements MigrationInterface {
  name = 'ToolServers1764000000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE workspaces ADD COLUMN tools_revision integer NOT NULL DEFAULT 0`);
    await runner.query(`CREATE TABLE tool_servers (
      id text PRIMARY KEY,
      workspace_id text NOT NULL REFERENCES workspaces (id),
      name text NOT NULL,
      target jsonb NOT NULL,
      enabled boolean NOT NULL DEFAULT true,
      problem text,
      actor text NOT NULL,
      version integer NOT NULL DEFAULT 1,
      checked_at timestamptz NOT NULL DEFAULT now(),
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(`CREATE UNIQUE INDEX tool_servers_name ON tool_servers (workspace_id, name)`);
    await runner.query(`CREATE TABLE server_tools (
      server_id text NOT NULL REFERENCES tool_servers (id) ON DELETE CASCADE,
      name text NOT NULL,
      position integer NOT NULL,
      accepted jsonb,
      accepted_hash text,
      accepted_by text,
      found jsonb,
      found_hash text,
      risk_set text,
      enabled boolean NOT NULL DEFAULT true,
      PRIMARY KEY (server_id, name)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE server_tools`);
    await runner.query(`DROP TABLE tool_servers`);
    await runner.query(`ALTER TABLE workspaces DROP COLUMN tools_revision`);
  }
}
