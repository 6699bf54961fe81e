import { afterAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/db/data-source.ts';
import { migrate } from '../../src/db/migrate.ts';
import { StepFields1764000000080 } from '../../src/db/migrations/0080-step-fields.ts';
import { createTestDatabase, postgresVersions } from '../support/database.ts';

describe.each(postgresVersions)('the record on PostgreSQL %i', (version) => {
  const opened: DataSource[] = [];
  afterAll(async () => {
    for (const dataSource of opened) await dataSource.destroy();
  });
  const open = async (migrated: boolean) => {
    const { url } = await createTestDatabase({ version, migrated });
    const dataSource = createDataSource({ url, poolSize: 2, applicationName: 'migrations test' });
    if (!migrated) await migrate(url);
    opened.push(await dataSource.initialize());
    return { url, dataSource };
  };

  test('the mappings say exactly what the migrations made', async () => {
    const { dataSource } = await open(true);
    const drift = await dataSource.driver.createSchemaBuilder().log();
    expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
  });

  test('definitions of before get what steps may say since then, and lose it again', async () => {
    const { dataSource } = await open(true);
    const runner = dataSource.createQueryRunner();
    const change = new StepFields1764000000080();
    const withOf = async () => {
      const rows = await dataSource.query<{ given: Record<string, unknown> }[]>(
        `SELECT step->'with' AS given FROM workflow_versions, jsonb_array_elements(definition->'steps') AS step WHERE step->>'kind' = 'agent'`,
      );
      return rows.map(({ given }) => given);
    };
    const now = await withOf();
    expect(now.length).toBeGreaterThan(0);
    for (const given of now) expect(given).toMatchObject({ goal: expect.any(String), tools: [] });
    await change.down(runner);
    for (const given of await withOf()) expect(given).not.toHaveProperty('tools');
    await change.up(runner);
    expect(await withOf()).toEqual(now);
    await runner.release();
  });

  test('migrating twice at once, and again, applies everything once and seeds one workspace', async () => {
    const { url } = await createTestDatabase({ version, migrated: false });
    const [one, other] = await Promise.all([migrate(url), migrate(url)]);
    expect([one.applied.length, other.applied.length].sort()).toEqual([0, expect.any(Number)]);
    await migrate(url);
    const dataSource = await createDataSource({
      url,
      poolSize: 2,
      applicationName: 'migrations test',
    }).initialize();
    opened.push(dataSource);
    const [counts] = await dataSource.query<Record<string, number>[]>(`SELECT
      (SELECT count(*) FROM workspaces) AS workspaces, (SELECT count(*) FROM principals) AS principals,
      (SELECT count(*) FROM agents) AS agents, (SELECT count(*) FROM agent_capabilities) AS capabilities,
      (SELECT count(*) FROM workflows WHERE origin = 'template') AS templates,
      (SELECT count(*) FROM events WHERE type = 'agent.created') AS events`);
    expect(counts).toEqual({
      workspaces: 1,
      principals: 1,
      agents: 5,
      capabilities: 14,
      templates: 3,
      events: 5,
    });
  });
});
