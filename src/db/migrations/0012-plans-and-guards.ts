import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every plan that was proposed for a task and what became of it; guards that stop a task and what a person lifted. */
export class PlansAndGuards1764000000012 implements MigrationInterface {
  name = 'PlansAndGuards1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE plans (
         task_id text NOT NULL REFERENCES tasks (id),
         n integer NOT NULL,
         workspace_id text NOT NULL,
         kind text NOT NULL,
         status text NOT NULL,
         origin text NOT NULL,
         reason text NOT NULL,
         workflow_id text,
         workflow_version integer,
         changes jsonb,
         corrections jsonb,
         actor text NOT NULL,
         created_at timestamptz NOT NULL DEFAULT now(),
         decided_at timestamptz,
         decided_by text,
         note text,
         PRIMARY KEY (task_id, n)
       )`,
    );
    // Runs of plans that are under way go on with the plan that they have.
    await runner.query(
      `INSERT INTO plans (task_id, n, workspace_id, kind, status, origin, reason, workflow_id, workflow_version, actor, created_at, decided_at)
       SELECT t.id, 1, t.workspace_id, 'first', 'accepted', coalesce(t.plan_origin, 'model'), coalesce(t.plan_reason, ''),
              r.workflow_id, r.workflow_version, r.actor, r.created_at, r.created_at
         FROM tasks t JOIN runs r ON r.id = t.plan_run_id`,
    );
    await runner.query(`ALTER TABLE runs ADD COLUMN plan_n integer, ADD COLUMN replan jsonb`);
    await runner.query(
      `UPDATE runs SET plan_n = 1 WHERE id IN (SELECT plan_run_id FROM tasks WHERE plan_run_id IS NOT NULL)`,
    );
    await runner.query(
      `ALTER TABLE tasks ADD COLUMN plan_acceptance text NOT NULL DEFAULT 'auto', ADD COLUMN guard_tripped jsonb,
         ADD COLUMN guards_lifted jsonb NOT NULL DEFAULT '{}', ADD COLUMN work_until timestamptz, ADD COLUMN work_left_seconds integer,
         ADD COLUMN corrected_at timestamptz`,
    );
    for (const table of ['agents', 'agent_revisions']) {
      await runner.query(
        `UPDATE ${table} SET spec = jsonb_set(spec, '{limits}', '{"maxMinutes": 240, "maxChildren": 50}'::jsonb || (spec->'limits'))`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE tasks DROP COLUMN corrected_at, DROP COLUMN work_left_seconds, DROP COLUMN work_until, DROP COLUMN guards_lifted,
         DROP COLUMN guard_tripped, DROP COLUMN plan_acceptance`,
    );
    await runner.query(`ALTER TABLE runs DROP COLUMN replan, DROP COLUMN plan_n`);
    await runner.query(`DROP TABLE plans`);
    for (const table of ['agents', 'agent_revisions'])
      await runner.query(
        `UPDATE ${table} SET spec = spec #- '{limits,maxMinutes}' #- '{limits,maxChildren}'`,
      );
  }
}
