import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a question was withdrawn; those of tasks that ended long ago, which nobody can answer, leave the list of open ones. */
export class WithdrawnQuestions1764000000106 implements MigrationInterface {
  name = 'WithdrawnQuestions1764000000106';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE messages ADD COLUMN withdrawn_at timestamptz');
    await runner.query(`
      UPDATE messages m SET state = 'withdrawn', withdrawn_at = now(), reason = 'The task ended before it was answered.' FROM tasks t
       WHERE t.id = m.from_task_id AND t.status IN ('completed', 'failed', 'cancelled') AND m.to_kind = 'person' AND m.tool_key IS NOT NULL
         AND m.answered_by IS NULL AND m.state <> 'expired'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `UPDATE messages SET state = 'expired', expired_at = withdrawn_at WHERE state = 'withdrawn'`,
    );
    await runner.query('ALTER TABLE messages DROP COLUMN withdrawn_at');
  }
}
