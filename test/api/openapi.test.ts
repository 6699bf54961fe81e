import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiDocument } from '../../src/api/docs/openapi.ts';
import { writeReference } from '../../src/api/docs/write-reference.ts';
import { type RunningApi, runApi } from './support/running-api.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let api: RunningApi;
let document: ApiDocument;
beforeAll(async () => {
  api = await runApi();
  document = (await api.ask<ApiDocument>('GET', 'openapi.json', { key: null })).body;
});

type Operations = Record<string, { operationId: string; responses: Record<string, unknown> }>;
const operations = () =>
  Object.values(document.paths ?? {}).flatMap((item) => Object.values(item as Operations));

describe('the API reference', () => {
  test('is valid OpenAPI 3.1', async () => {
    const folder = await temporaryFolder('openapi');
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(document));
    const rules = ['tag-description', 'no-illogical-composition-keywords'];
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [
        join(root, 'node_modules/@redocly/cli/bin/cli.js'),
        'lint',
        '--extends=recommended',
        ...rules.map((rule) => `--skip-rule=${rule}`),
        file,
      ],
      { cwd: folder, env: { PATH: process.env.PATH, REDOCLY_TELEMETRY: 'off', CI: 'true' } },
    ).catch((error: unknown) => error as { stdout: string; stderr: string });
    expect(`${stdout}${stderr}`).toMatch(/Your API description is valid/);
  });

  test('stands in docs/api_v2.md as it is', async () => {
    expect(await readFile(join(root, 'docs/api_v2.md'), 'utf8')).toBe(writeReference());
  });

  test('names every operation once', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(ids.length).toBeGreaterThan(40);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has a page for people that loads nothing from elsewhere', async () => {
    const { body } = await api.ask<string>('GET', '/docs', { key: null });
    for (const path of Object.keys(document.paths ?? {})) expect(body).toContain(path);
    expect(body).not.toMatch(/<script|src=|https?:\/\/(?!127)/);
    expect(body).toContain('id="problem-invalid_filter"');
  });
});
