import { spawn } from 'node:child_process';
import { root } from '../paths.mjs';
import { nodeForChildren } from './node.mjs';

/** Runs one of the product's own programs in the foreground, on the packaged Node. @returns its exit code */
export function runScript(script, args = [], env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(nodeForChildren(), [script, ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    // Ctrl-C reaches the child through the terminal; we wait for it to put its things in order.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
