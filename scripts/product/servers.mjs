import { ensureTools } from '../setup/tools.mjs';
import { SetupProblem } from '../setup/problem.mjs';
import { asksTcp } from '../supervise/probes.mjs';
import { postgresChild } from './postgres.mjs';
import { redisChild } from './redis.mjs';
import { temporalChild } from './temporal.mjs';

/**
 * The three servers below the product: a given address is checked and used as it is, else a private one is started.
 * @param {{ stateFolder: string, ports: object, password: string, env: NodeJS.ProcessEnv, bringUp: (child: object) => Promise<void> }} context
 */
export async function startPostgres(context) {
  const given = context.env.DATABASE_URL;
  if (given) {
    await mustBeReachable('DATABASE_URL', given, 5432);
    return { url: () => given, isPrivate: false };
  }
  const { postgres: tool } = await ensureTools({ only: ['postgres'] });
  const child = postgresChild({ ...context, tool });
  await context.bringUp(child);
  await child.ensureDatabase();
  return { url: child.url, isPrivate: true };
}

export async function startRedis(context) {
  const given = context.env.REDIS_URL;
  if (given) {
    await mustBeReachable('REDIS_URL', given, 6379);
    return { url: () => given };
  }
  const { redis: tool } = await ensureTools({ only: ['redis'] });
  const child = redisChild({ ...context, tool });
  await context.bringUp(child);
  return { url: child.url };
}

export async function startTemporal(context) {
  const { TEMPORAL_ADDRESS: given, TEMPORAL_UI_URL: givenUi } = context.env;
  const namespace = context.env.TEMPORAL_NAMESPACE || 'default';
  if (given) {
    await mustBeReachable('TEMPORAL_ADDRESS', `temporal://${given}`, 7233);
    return { address: () => given, uiUrl: () => givenUi, namespace };
  }
  const { temporal: tool } = await ensureTools({ only: ['temporal'] });
  const child = temporalChild({ ...context, tool, namespace });
  await context.bringUp(child);
  return { address: child.address, uiUrl: child.uiUrl, namespace };
}

async function mustBeReachable(variable, address, defaultPort) {
  const { hostname, port } = URL.canParse(address) ? new URL(address) : {};
  if (!hostname) throw new SetupProblem(`${variable} is not an address: see docs/configuration.md.`);
  const answered = await asksTcp(hostname.replace(/^\[|\]$/g, ''), Number(port) || defaultPort, {
    timeoutMs: 5000,
  });
  if (answered === undefined)
    throw new SetupProblem(
      `Nothing answers at ${hostname}:${port || defaultPort} (${variable}): start it, or leave ${variable} out to get a private one.`,
    );
}
