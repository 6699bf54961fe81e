import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What steps may say since then. A definition of before says nothing of it, and a parsed one has every key. */
const added = { approval: { remindBefore: null, fourEyes: false }, agent: { tools: [] } };

export class StepFields1764000000080 implements MigrationInterface {
  name = 'StepFields1764000000080';

  async up(runner: QueryRunner): Promise<void> {
    for (const [kind, fields] of Object.entries(added))
      await runner.query(changeWith(`$2::jsonb || (step->'with')`), [kind, JSON.stringify(fields)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [kind, fields] of Object.entries(added))
      await runner.query(changeWith(`(step->'with') - $2::text[]`), [kind, Object.keys(fields)]);
  }
}

/** The `with` of every step of kind `$1`, in every version of every workflow. */
function changeWith(given: string): string {
  return `UPDATE workflow_versions SET definition = jsonb_set(definition, '{steps}', (
      SELECT jsonb_agg(CASE WHEN step->>'kind' = $1 THEN jsonb_set(step, '{with}', ${given}) ELSE step END ORDER BY place)
        FROM jsonb_array_elements(definition->'steps') WITH ORDINALITY AS s (step, place)))
    WHERE definition->'steps' @> jsonb_build_array(jsonb_build_object('kind', $1::text))`;
}
