import { readDatabaseUrl } from '../config.ts';
import { createDataSource } from './data-source.ts';
import { seed } from './seed.ts';

const lockKey = 4_242_001;

/**
 * Brings the schema up to date and seeds the first workspace. Runs once however many processes call it: all but one wait for
 * the advisory lock and then find nothing to do.
 */
export async function migrate(databaseUrl: string): Promise<{ applied: string[] }> {
  const dataSource = createDataSource({ url: databaseUrl, poolSize: 2, applicationName: 'adjutant-migrate' });
  await dataSource.initialize();
  const holder = dataSource.createQueryRunner();
  try {
    await holder.query('SET statement_timeout = 0');
    await holder.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const applied = await dataSource.runMigrations();
    await seed(dataSource);
    return { applied: applied.map((migration) => migration.name) };
  } finally {
    await holder.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    await holder.release();
    await dataSource.destroy();
  }
}

if (import.meta.main) {
  const { applied } = await migrate(readDatabaseUrl());
  process.stdout.write(
    applied.length > 0 ? `Applied ${applied.join(', ')}\n` : 'The schema is up to date.\n',
  );
}
