import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { readSecrets } from './secrets.mjs';

/**
 * What the product's processes read (src/config.ts): given variables as they are, the rest made up for one machine.
 * `of(parts)` is asked at every start of a process, because addresses may have changed.
 */
export function createEnvironment({ stateFolder, env, pageUrl }) {
  const { secretKey, serverPassword } = readSecrets(stateFolder);
  const filesDir = env.FILES_DIR || join(stateFolder, 'files');
  mkdirSync(filesDir, { recursive: true, mode: 0o700 });

  const publicUrl = () => env.PUBLIC_URL || pageUrl();
  const common = () => ({
    PUBLIC_URL: publicUrl(),
    SECRET_KEY: env.SECRET_KEY || secretKey,
    ADJUTANT_STATE: stateFolder,
  });
  const of = ({ postgres, redis, temporal, llama }) => ({
    ...common(),
    DATABASE_URL: postgres.url(),
    REDIS_URL: redis.url(),
    TEMPORAL_ADDRESS: temporal.address(),
    TEMPORAL_NAMESPACE: temporal.namespace,
    ...(temporal.uiUrl() ? { TEMPORAL_UI_URL: temporal.uiUrl() } : {}),
    ...(llama ? { LLAMA_BASE_URL: llama.url(), LLAMA_MODEL: llama.model } : {}),
    FILES_DIR: filesDir,
    WEB_DIR: join(root, 'dist/web'),
    WORKFLOW_BUNDLE: join(root, 'dist/workflows.js'),
    LOG_LEVEL: env.LOG_LEVEL || 'info',
    // Whoever may start the product here may start other commands too.
    TOOL_COMMANDS: env.TOOL_COMMANDS || '1',
  });
  return { publicUrl, common, of, serverPassword };
}
