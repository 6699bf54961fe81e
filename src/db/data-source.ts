import pg from 'pg';
import { DataSource } from 'typeorm';
import { mappings } from './mappings/index.ts';
import { migrations } from './migrations/index.ts';
import { SnakeNaming } from './naming.ts';

export interface DatabaseOptions {
  url: string;
  poolSize: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

// int8 columns hold bytes, micro-dollars and counts: far below 2^53, so a number is exact.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A data source that is not connected yet. Statements end after 5 s, a forgotten transaction after 10 s. */
export function createDataSource({ url, poolSize, applicationName }: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName,
    poolSize,
    synchronize: false,
    entities: mappings,
    migrations,
    migrationsTransactionMode: 'all',
    namingStrategy: new SnakeNaming(),
    extra: {
      // Statements that do not need each other's answers go out together; the order stays.
      pipeline: true,
      connectionTimeoutMillis: 5000,
      statement_timeout: 5000,
      idle_in_transaction_session_timeout: 10_000,
    },
  });
}
