import { buildPart } from '../build/parts.mjs';
import { ensureTools } from '../setup/tools.mjs';
import { createPorts } from '../supervise/ports.mjs';
import { done, since, warn } from '../terminal.mjs';
import { createDatabaseSteps } from './database.mjs';
import { createEnvironment } from './environment.mjs';
import { apiChild, llamaChild, workerChild } from './node-children.mjs';
import { startPostgres, startRedis, startTemporal } from './servers.mjs';

/**
 * Brings the whole product up, side by side wherever one part does not need the other.
 * @returns {Promise<{ endpoints: () => object, signInLink: string }>} `endpoints` without the numbers of the processes
 */
export async function startProduct({ stateFolder, supervisor, env = process.env }) {
  const ports = createPorts(stateFolder);
  let parts;
  const current = () => environment.of(parts);
  const preferredPort = Number(env.PORT) || 4800;
  const api = apiChild({ ports, host: env.HOST || '127.0.0.1', preferredPort, environment: current });
  const worker = workerChild({ ports, environment: current });
  await api.prepare();
  const environment = createEnvironment({ stateFolder, env, pageUrl: api.url });
  const password = environment.serverPassword;
  const context = {
    stateFolder,
    supervisor,
    ports,
    env,
    environment,
    password,
    bringUp: bringUpWith(supervisor),
  };

  const llama = startLlama(context);
  const [{ postgres, database }, redis, temporal, model] = await Promise.all([
    migratedPostgres(context),
    startRedis(context),
    startTemporal(context),
    llama.then((part) => part.child && { url: part.child.url, model: part.model }),
    buildPart('workflows'),
    buildPart('page'),
  ]);
  parts = { postgres, redis, temporal, llama: model };
  const announced = environment.publicUrl();
  const started = [context.bringUp(api), context.bringUp(worker), llama.then((part) => part.up)];
  const [link] = await Promise.all([database.issueLink(), ...started]);
  return {
    endpoints: () => endpointsOf(environment.publicUrl(), parts),
    // The page may have had to step over a port while the link was made.
    signInLink: link.replace(announced, environment.publicUrl()),
  };
}

function bringUpWith(supervisor) {
  return async (child) => {
    const from = Date.now();
    await child.prepare();
    await supervisor.start(child);
    done(`${child.title} is up, ${since(from)}`);
  };
}

async function migratedPostgres(context) {
  const postgres = await startPostgres(context);
  const database = createDatabaseSteps({
    stateFolder: context.stateFolder,
    environment: context.environment.common,
    databaseUrl: postgres.url,
    isPrivate: postgres.isPrivate,
  });
  const from = Date.now();
  if (await database.migrate()) done(`Database is up to date, ${since(from)}`);
  return { postgres, database };
}

/**
 * The embedded model. The product works without it (with a key, or waiting for one), so that it cannot be had is said and
 * stops nothing. Resolves when its address is known; `up` when it answers.
 */
async function startLlama({ env, ports, environment, supervisor, bringUp }) {
  if (env.LLAMA_BASE_URL) return {};
  try {
    const { llamaModel: model } = await ensureTools({ only: ['llamaModel'] });
    const child = llamaChild({ ports, environment: environment.common, model });
    await child.prepare();
    const up = bringUp(child).catch((error) => {
      if (!supervisor.isStopping()) warn(`The built-in model is not up: ${error.message}`);
    });
    return { child, model, up };
  } catch (error) {
    warn(error.message);
    return {};
  }
}

function endpointsOf(page, { postgres, redis, temporal }) {
  return {
    page,
    api: `${page}/api/v2`,
    docs: `${page}/docs`,
    temporalUi: temporal.uiUrl() ?? null,
    temporalAddress: temporal.address(),
    databaseUrl: postgres.url(),
    redisUrl: redis.url(),
  };
}
