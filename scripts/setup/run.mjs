import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @returns the full path of a program on the path, or undefined. */
export function findProgram(name, env = process.env) {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!folder) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {}
  }
  return undefined;
}

/**
 * Runs a program to its end.
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>} stdout and stderr together; code 127 when it cannot be started
 */
export function run(command, args = [], { timeoutMs = 600_000, onOutput, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options });
    let output = '';
    let timedOut = false;
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
      onOutput?.(String(chunk));
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    // The whole group goes: package managers start children of their own.
    const stop = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {}
    };
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, timeoutMs);
    process.once('exit', stop);
    const end = (code) => {
      clearTimeout(timer);
      process.removeListener('exit', stop);
      resolve({ code, output, timedOut });
    };
    child.on('error', (error) => {
      output += error.message;
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

/** @returns the last lines of a program's output, for people. */
export function lastLines(output, count = 5) {
  return output.trim().split('\n').slice(-count).join('\n');
}
