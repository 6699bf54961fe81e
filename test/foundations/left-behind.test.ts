import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';

/** Runs jest inside jest over files that misbehave, to see that they are caught. */
const root = fileURLToPath(new URL('../../', import.meta.url));

interface JestConfig {
  projects: { displayName?: string }[];
  reporters: string[];
}

async function runJest(): Promise<{ code: number; stdout: string; report: string }> {
  const { default: jestConfig } = (await import(`${root}jest.config.mjs`)) as { default: JestConfig };
  const { displayName: _name, ...project } = jestConfig.projects[0] ?? {};
  const config = JSON.stringify({
    ...project,
    rootDir: root,
    testMatch: ['<rootDir>/test/foundations/left-behind/*.left.ts'],
    reporters: jestConfig.reporters,
  });
  const args = ['node_modules/jest/bin/jest.js', '--config', config, '--runInBand'];
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
  const options = { cwd: root, env, maxBuffer: 8_000_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, report) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, report });
    });
  });
}

describe('a run over files that leave things behind', () => {
  let run: Awaited<ReturnType<typeof runJest>>;
  beforeAll(async () => {
    run = await runJest();
  }, 60_000);

  test('fails', () => expect(run.code).toBe(1));

  test('names the process that a file left running', () => {
    expect(run.report).toMatch(/FAIL .*leaves-a-process/);
    expect(run.report).toMatch(/left a process running: \d+ sleep 10/);
  });

  test('tells what would not close', () => {
    expect(run.report).toMatch(/FAIL .*fails-to-close/);
    expect(run.report).toContain('it would not close');
  });

  test('lets a file pass that closes everything', () => {
    expect(run.report).toMatch(/PASS .*closes-everything/);
  });

  test('lets no file see what another left in modules, environment and handlers of signals', () => {
    expect(run.report).toMatch(/PASS .*marks-its-worker\./);
    expect(run.report).toMatch(/PASS .*marks-its-worker-too/);
  });

  test('ends with the tally alone on the last line, where a file that broke counts as a failure', () => {
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('5 passed, 2 failed, 1 skipped');
  });
});
