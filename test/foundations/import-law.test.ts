import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/**
 * The import table and the other rules are only law if breaking them fails the lint command. So each is broken in a
 * small tree of its own, with the real configuration, and the real tree is checked as well.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const configs = ['.oxlintrc.json', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'];

/** What stands in the small tree before anybody breaks a rule. */
const innocent: Record<string, string> = {
  'src/contracts/task.ts': `import * as z from 'zod';\nexport const Task = z.object({ id: z.string() });\n`,
  'src/errors.ts': `export class AppError extends Error {}\n`,
  'src/config.ts': `export const readConfig = () => process.env.PORT;\n`,
  'src/core/stand.ts': `export const stand = (open: number): string => (open > 0 ? 'waiting' : 'completed');\n`,
  'src/db/task-store.ts': `import type { DataSource } from 'typeorm';\nexport const taskStore = (db: DataSource) => ({ find: () => db.query('') });\n`,
  'src/models/openai/openai.ts': `export const createOpenAi = (key: string): string => key;\n`,
  'src/feed/queue.ts': `import { Redis } from 'ioredis';\nexport const queueOf = (url: string) => new Redis(url);\n`,
  'src/commands/create-task.ts': `import { taskStore } from '../db/task-store.ts';\nexport const createTask = { taskStore };\n`,
  'src/main.ts': `import { createTask } from './commands/create-task.ts';\nexport const main = () => createTask;\n`,
  'activities/call-model.ts': `export const createModelActivities = () => ({ callModel: async (id: string) => id });\n`,
  'workflows/run-task.ts': [
    `import { proxyActivities } from '@temporalio/workflow';`,
    `import type { createModelActivities } from '../activities/call-model.ts';`,
    `const { callModel } = proxyActivities<ReturnType<typeof createModelActivities>>({ startToCloseTimeout: 1000 });`,
    `export async function runTask(id: string): Promise<string> {\n  return await callModel(id);\n}\n`,
  ].join('\n'),
};

/** `breaks` is the rule that has to be named. */
const plants: { title: string; file: string; text: string; breaks: string }[] = [
  {
    title: 'a store in a Temporal workflow',
    file: 'workflows/with-store.ts',
    text: `import { taskStore } from '../src/db/task-store.ts';\nexport const seen = taskStore;\n`,
    breaks: 'workflows-rooms',
  },
  {
    title: 'a database type in a Temporal workflow',
    file: 'workflows/with-store-type.ts',
    text: `import type { taskStore } from '../src/db/task-store.ts';\nexport type Seen = typeof taskStore;\n`,
    breaks: 'workflows-types',
  },
  {
    title: 'a real activity in a Temporal workflow',
    file: 'workflows/with-activity.ts',
    text: `import { createModelActivities } from '../activities/call-model.ts';\nexport const seen = createModelActivities;\n`,
    breaks: 'workflows-rooms',
  },
  {
    title: 'a real activity beside its type, so that one import hides the other',
    file: 'workflows/with-both.ts',
    text: `import type { createModelActivities } from '../activities/call-model.ts';\nimport { createModelActivities as real } from '../activities/call-model.ts';\nexport const seen: typeof createModelActivities = real;\n`,
    breaks: 'workflows-rooms',
  },
  {
    title: 'a re-exported activity in a Temporal workflow',
    file: 'workflows/with-reexport.ts',
    text: `export { createModelActivities } from '../activities/call-model.ts';\n`,
    breaks: 'workflows-rooms',
  },
  {
    title: 'node:fs in a Temporal workflow',
    file: 'workflows/with-files.ts',
    text: `import { readFileSync } from 'node:fs';\nexport const seen = readFileSync;\n`,
    breaks: 'workflows-builtins',
  },
  {
    title: 'an npm package in a Temporal workflow',
    file: 'workflows/with-client.ts',
    text: `import { Client } from '@temporalio/client';\nexport const seen = Client;\n`,
    breaks: 'workflows-packages',
  },
  {
    title: 'typeorm in core',
    file: 'src/core/with-typeorm.ts',
    text: `import { DataSource } from 'typeorm';\nexport const seen = DataSource;\n`,
    breaks: 'core-packages',
  },
  {
    title: 'a driver’s type in core',
    file: 'src/core/with-driver-type.ts',
    text: `import type { DataSource } from 'typeorm';\nexport type Seen = DataSource;\n`,
    breaks: 'core-package-types',
  },
  {
    title: 'a store in core',
    file: 'src/core/with-store.ts',
    text: `import { taskStore } from '../db/task-store.ts';\nexport const seen = taskStore;\n`,
    breaks: 'core-rooms',
  },
  {
    title: 'the clock in core',
    file: 'src/core/with-clock.ts',
    text: `export const late = (due: number): boolean => Date.now() > due;\n`,
    breaks: 'no-restricted-properties',
  },
  {
    title: 'core in contracts',
    file: 'src/contracts/with-core.ts',
    text: `import { stand } from '../core/stand.ts';\nexport const seen = stand;\n`,
    breaks: 'contracts-rooms',
  },
  {
    title: 'Temporal’s client at the desk',
    file: 'src/commands/with-temporal.ts',
    text: `import { Client } from '@temporalio/client';\nexport const seen = Client;\n`,
    breaks: 'commands-packages',
  },
  {
    title: 'a provider’s folder in a command line entry',
    file: 'workers/with-provider.ts',
    text: `import { createOpenAi } from '../src/models/openai/openai.ts';\nexport const seen = createOpenAi;\n`,
    breaks: 'providers-behind-the-port',
  },
  {
    title: 'one provider in another',
    file: 'src/models/anthropic/with-openai.ts',
    text: `import { createOpenAi } from '../openai/openai.ts';\nexport const seen = createOpenAi;\n`,
    breaks: 'providers-apart',
  },
  {
    title: 'an adapter’s code in an activity',
    file: 'activities/with-store.ts',
    text: `import { taskStore } from '../src/db/task-store.ts';\nexport const seen = taskStore;\n`,
    breaks: 'activities-rooms',
  },
  {
    title: 'the database in the web page',
    file: 'web/src/with-store.tsx',
    text: `import { taskStore } from '../../src/db/task-store.ts';\nexport const Seen = () => <p>{String(taskStore)}</p>;\n`,
    breaks: 'web-rooms',
  },
  {
    title: 'main.ts imported by somebody',
    file: 'src/feed/with-main.ts',
    text: `import { main } from '../main.ts';\nexport const seen = main;\n`,
    breaks: 'nobody-imports-entries',
  },
  {
    title: 'a development package in the product',
    file: 'workers/with-development-package.ts',
    text: `import { TestWorkflowEnvironment } from '@temporalio/testing';\nexport const seen = TestWorkflowEnvironment;\n`,
    breaks: 'no-development-package',
  },
  {
    title: 'a package that nobody declared',
    file: 'workers/with-undeclared-package.ts',
    text: `import semver from 'semver';\nexport const seen = semver;\n`,
    breaks: 'no-undeclared-package',
  },
  {
    title: 'a drawer in src',
    file: 'src/utils/strings.ts',
    text: `import { stand } from '../core/stand.ts';\nexport const seen = stand;\n`,
    breaks: 'no-unknown-room',
  },
  {
    title: 'a ring of imports',
    file: 'src/db/ring.ts',
    text: `import { ringStore } from './ring-store.ts';\nexport const ring = (): unknown => ringStore;\n`,
    breaks: 'no-cycle',
  },
  {
    title: 'the environment outside of config.ts',
    file: 'src/feed/with-environment.ts',
    text: `export const url = process.env.REDIS_URL;\n`,
    breaks: 'no-process-env',
  },
  {
    title: 'the environment through an import',
    file: 'src/feed/with-imported-environment.ts',
    text: `import { env } from 'node:process';\nexport const url = env.REDIS_URL;\n`,
    breaks: 'no-restricted-imports',
  },
  {
    title: 'a promise that nobody awaits',
    file: 'src/db/floating.ts',
    text: `const save = async (): Promise<number> => 1;\nexport function forget(): void {\n  save();\n}\n`,
    breaks: 'no-floating-promises',
  },
  {
    title: 'a promise where a boolean is wanted',
    file: 'src/db/misused.ts',
    text: `const saved = async (): Promise<boolean> => true;\nexport const both = (): number => (saved() ? 1 : 2);\n`,
    breaks: 'no-misused-promises',
  },
  {
    title: 'a default export',
    file: 'src/db/default.ts',
    text: `export default 1;\n`,
    breaks: 'no-default-export',
  },
  {
    title: 'a file name in camel case',
    file: 'src/db/camelCase.ts',
    text: `export const one = 1;\n`,
    breaks: 'filename-case',
  },
  {
    title: 'five parameters',
    file: 'src/db/five.ts',
    text: `export const sum = (a: number, b: number, c: number, d: number, e: number): number => a + b + c + d + e;\n`,
    breaks: 'max-params',
  },
  {
    title: 'a file without end',
    file: 'src/db/endless.ts',
    text: Array.from({ length: 360 }, (_, line) => `export const line${line} = ${line};\n`).join(''),
    breaks: 'eslint(max-lines)',
  },
];

interface Verdict {
  code: number;
  output: string;
}

function run(command: string, args: string[], cwd: string): Promise<Verdict> {
  const program = join(root, 'node_modules/.bin', command);
  return new Promise((resolve) => {
    // The tools are scripts that look for `node` on the path: it has to be the one that we run on.
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    const env = { ...process.env, PATH: path, NODE_OPTIONS: '', NO_COLOR: '1' };
    execFile(program, args, { cwd, env, maxBuffer: 32_000_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}\n${stderr}` });
    });
  });
}

const rooms = ['src', 'workflows', 'activities', 'workers', 'client', 'web'];

function checkImports(cwd: string): Promise<Verdict> {
  const there = rooms.filter((room) => existsSync(join(cwd, room)));
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'];
  return run('depcruise', [...options, ...there], cwd);
}

async function lint(cwd: string): Promise<Verdict> {
  const [oxlint, imports] = [await run('oxlint', ['--format', 'unix'], cwd), await checkImports(cwd)];
  return { code: oxlint.code || imports.code, output: oxlint.output + imports.output };
}

async function plant(folder: string, files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

async function smallTree(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'adjutant-law-'));
  for (const config of configs) await cp(join(root, config), join(folder, config));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await plant(folder, files);
  return folder;
}

describe('in a tree where every rule is broken once', () => {
  let folder: string;
  let verdict: Verdict;
  beforeAll(async () => {
    const ring = { 'src/db/ring-store.ts': `export { ring as ringStore } from './ring.ts';\n` };
    const planted = Object.fromEntries(plants.map(({ file, text }) => [file, text]));
    folder = await smallTree({ ...innocent, ...ring, ...planted });
    verdict = await lint(folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('lint fails', () => expect(verdict.code).not.toBe(0));

  // Several lines may name the same file: the rule has to stand beside this one.
  test.each(plants)('$title is refused by $breaks', ({ file, breaks }) => {
    const lines = verdict.output.split('\n').filter((line) => line.includes(file));
    expect(lines.filter((line) => line.includes(breaks))).not.toEqual([]);
  });
});

test('the same tree with no rule broken is clean', async () => {
  const folder = await smallTree(innocent);
  const verdict = await lint(folder);
  await rm(folder, { recursive: true, force: true });
  expect(verdict.code === 0 ? '' : verdict.output).toBe('');
}, 60_000);

// Whether it keeps the other rules is asked by `npm test` itself, before the tests.
test('our own tree keeps its law', async () => {
  const verdict = await checkImports(root);
  expect(verdict.code === 0 ? '' : verdict.output).toBe('');
}, 60_000);
