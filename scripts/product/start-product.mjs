import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildPart } from '../build/parts.mjs';
import { root } from '../paths.mjs';
import { ensureTools } from '../setup/tools.mjs';
import { createPorts } from '../supervise/ports.mjs';
import { done, since, warn } from '../terminal.mjs';
import { createDatabaseSteps } from './database.mjs';
import { apiChild, llamaChild, workerChild } from './node-children.mjs';
import { readSecrets } from './secrets.mjs';
import { startPostgres, startRedis, startTemporal } from './servers.mjs';

/**
 * Brings the whole product up, side by side wherever one part does not need the other.
 * @returns {Promise<{ endpoints: () => object, signInLink: string }>} `endpoints` without the numbers of the processes
 */
export async function startProduct({ stateFolder, supervisor, env = process.env }) {
  const ports = createPorts(stateFolder);
  const secrets = readSecrets(stateFolder);
  const bringUp = async (child) => {
    const from = Date.now();
    await child.prepare();
    await supervisor.start(child);
    done(`${child.title} is up, ${since(from)}`);
  };
  const context = { stateFolder, supervisor, ports, env, bringUp, password: secrets.serverPassword };
  const filesDir = env.FILES_DIR || join(stateFolder, 'files');
  mkdirSync(filesDir, { recursive: true, mode: 0o700 });

  const api = apiChild({
    ports,
    host: env.HOST || '127.0.0.1',
    preferredPort: Number(env.PORT) || 4800,
    environment: () => environment(),
  });
  const worker = workerChild({ ports, environment: () => environment() });
  let parts;
  const environment = () => ({
    DATABASE_URL: parts.postgres.url(),
    REDIS_URL: parts.redis.url(),
    TEMPORAL_ADDRESS: parts.temporal.address(),
    TEMPORAL_NAMESPACE: parts.temporal.namespace,
    ...(parts.temporal.uiUrl() ? { TEMPORAL_UI_URL: parts.temporal.uiUrl() } : {}),
    ...(parts.llama ? { LLAMA_BASE_URL: parts.llama.url(), LLAMA_MODEL: parts.llama.model } : {}),
    FILES_DIR: filesDir,
    PUBLIC_URL: publicUrl(),
    SECRET_KEY: env.SECRET_KEY || secrets.secretKey,
    ADJUTANT_STATE: stateFolder,
    WEB_DIR: join(root, 'dist/web'),
    WORKFLOW_BUNDLE: join(root, 'dist/workflows.js'),
    LOG_LEVEL: env.LOG_LEVEL || 'info',
  });
  const publicUrl = () => env.PUBLIC_URL || api.url();

  await api.prepare();
  const migrated = migratedPostgres({ context, stateFolder, secrets, publicUrl });
  const llama = startLlama(context, stateFolder);
  const [{ postgres, database }, redis, temporal, model] = await Promise.all([
    migrated,
    startRedis(context),
    startTemporal(context),
    llama.then((part) => part.child && { url: part.child.url, model: part.model }),
    buildPart('workflows'),
    buildPart('page'),
  ]);
  parts = { postgres, redis, temporal, llama: model };
  const alreadyPrepared = { ...api, prepare: async () => {} };
  const [signInLink] = await Promise.all([
    database.issueLink(),
    bringUp(alreadyPrepared),
    bringUp(worker),
    llama.then((part) => part.up),
  ]);
  return { endpoints: () => endpointsOf(publicUrl(), parts), signInLink };
}

async function migratedPostgres({ context, stateFolder, secrets, publicUrl }) {
  const postgres = await startPostgres(context);
  const environment = () => ({
    PUBLIC_URL: publicUrl(),
    SECRET_KEY: context.env.SECRET_KEY || secrets.secretKey,
    ADJUTANT_STATE: stateFolder,
  });
  const database = createDatabaseSteps({
    stateFolder,
    environment,
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
async function startLlama(context, stateFolder) {
  if (context.env.LLAMA_BASE_URL) return {};
  try {
    const { llamaModel } = await ensureTools({ only: ['llamaModel'] });
    const child = llamaChild({
      ports: context.ports,
      environment: () => ({ ADJUTANT_STATE: stateFolder }),
      model: llamaModel,
    });
    await child.prepare();
    const up = context.bringUp({ ...child, prepare: async () => {} }).catch((error) => {
      if (!context.supervisor.isStopping()) warn(`The built-in model is not up: ${error.message}`);
    });
    return { child, model: llamaModel, up };
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
