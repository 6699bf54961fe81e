import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Made once per checkout, readable by the owner only. Losing `secret.key` makes stored provider keys unreadable. */
export function readSecrets(stateFolder) {
  return {
    secretKey: readOrMake(stateFolder, 'secret.key', 32),
    serverPassword: readOrMake(stateFolder, 'servers.key', 24),
  };
}

function readOrMake(stateFolder, name, bytes) {
  const path = join(stateFolder, name);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const secret = randomBytes(bytes).toString('hex');
  writeFileSync(path, secret, { mode: 0o600, flag: 'wx' });
  return secret;
}
