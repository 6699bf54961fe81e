import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long calls of a server's tools may take: of the server, and a person's word on one tool. */
export class ToolTimes1764000000086 implements MigrationInterface {
  name = 'ToolTimes1764000000086';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tool_servers ADD COLUMN timeout_seconds integer NOT NULL DEFAULT 60`);
    await runner.query(`ALTER TABLE server_tools ADD COLUMN timeout_set integer`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE server_tools DROP COLUMN timeout_set`);
    await runner.query(`ALTER TABLE tool_servers DROP COLUMN timeout_seconds`);
  }
}
