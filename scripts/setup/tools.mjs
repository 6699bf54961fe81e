import { ensureChromium } from './chromium.mjs';
import { ensureLlamaModel } from './llama.mjs';
import { ensurePostgres } from './postgres.mjs';
import { ensureRedis } from './redis.mjs';
import { ensureTemporal, ensureTemporalTestServer } from './temporal.mjs';

const ensure = {
  postgres: () => ensurePostgres(18),
  postgres15: () => ensurePostgres(15),
  redis: () => ensureRedis(),
  temporal: () => ensureTemporal(),
  temporalTestServer: () => ensureTemporalTestServer(),
  llamaModel: () => ensureLlamaModel(),
  chromium: () => ensureChromium(),
};

/** @typedef {keyof typeof ensure} Tool */
export const toolNames = Object.keys(ensure);

/**
 * Gets the foreign programs and files that are asked for, side by side, and fetches what is missing.
 * @param {{ only?: Tool[] }} [options]
 * @returns paths by name; `postgres` and `postgres15` are `{ bin, user }`
 * @throws {import('./problem.mjs').SetupProblem} the first that could not be had, after all have been tried
 */
export async function ensureTools({ only = toolNames } = {}) {
  const settled = await Promise.allSettled(only.map((name) => ensure[name]()));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return Object.fromEntries(only.map((name, index) => [name, settled[index].value]));
}

/** The same as environment variables: test/support and single runs of jest read these. */
export function toolEnvironment(tools) {
  const variables = {
    ADJUTANT_REDIS_SERVER: tools.redis,
    ADJUTANT_TEMPORAL_CLI: tools.temporal,
    ADJUTANT_TEMPORAL_TEST_SERVER: tools.temporalTestServer,
    ADJUTANT_CHROMIUM: tools.chromium,
    ADJUTANT_TEST_GGUF: tools.llamaModel,
  };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
}
