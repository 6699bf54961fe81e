import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a plan runs as it was proposed, or as a person edited it; earlier ones are told by the event of their acceptance. */
export class EditedPlans1764000000098 implements MigrationInterface {
  name = 'EditedPlans1764000000098';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE plans ADD COLUMN edited boolean NOT NULL DEFAULT false');
    await runner.query(`
      UPDATE plans p SET edited = true FROM events e
       WHERE e.stream = 'task/' || p.task_id AND e.type = 'plan.accepted' AND e.data->>'n' = p.n::text AND e.data->>'edited' = 'true'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE plans DROP COLUMN edited');
  }
}
