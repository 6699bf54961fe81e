import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tasks of nested runs stand below the task whose plan nests them: they were below nobody, and missing in its tree and its sums. */
export class TasksOfNestedRuns1764000000107 implements MigrationInterface {
  name = 'TasksOfNestedRuns1764000000107';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      WITH RECURSIVE below (id, task_id) AS (
        SELECT id, task_id FROM runs WHERE task_id IS NOT NULL
        UNION ALL SELECT r.id, b.task_id FROM below b JOIN runs r ON r.parent_run_id = b.id)
      UPDATE tasks t SET parent_id = b.task_id FROM below b WHERE t.run_id = b.id AND t.parent_id IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `UPDATE tasks t SET parent_id = NULL FROM runs r WHERE t.run_id = r.id AND r.parent_run_id IS NOT NULL`,
    );
  }
}
