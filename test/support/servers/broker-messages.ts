import type { Leftover, PostgresVersion } from './postgres.ts';

/** What a test file may ask of the broker: the path, what it sends, what it gets. */
export interface BrokerCalls {
  '/postgres': { ask: { version: PostgresVersion }; answer: { url: string } };
  '/database': {
    ask: { version: PostgresVersion; migrated: boolean };
    answer: { name: string; url: string };
  };
  '/database/drop': { ask: { version: PostgresVersion; name: string }; answer: { left: Leftover[] } };
  '/redis': { ask: object; answer: { port: number; database: number } };
  '/redis/release': { ask: { database: number }; answer: { left: string[] } };
  '/temporal': { ask: object; answer: { address: string; namespace: string } };
  '/bundle': { ask: { entry: string }; answer: { codePath: string } };
  '/finish': { ask: object; answer: { problems: string[] } };
}

export const brokerVariable = 'ADJUTANT_TEST_BROKER';
