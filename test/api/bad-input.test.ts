import { readFile } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Run } from '../../src/contracts/run.ts';
import type { Task } from '../../src/contracts/task.ts';
import type { WorkflowView } from '../../src/contracts/workflow-view.ts';
import { newId } from '../../src/db/new-id.ts';
import { insertSignInLink } from '../../src/db/principal-store.ts';
import { standRun } from '../../src/db/standing/stand-run.ts';
import { recordTools } from '../../src/tools/registry.ts';
import { type AskOptions, type RunningApi, runApi } from './support/running-api.ts';

/** Every kind of bad input: a clear problem with its places, and nothing stored half. */
let api: RunningApi;
beforeAll(async () => {
  api = await runApi({ toolsOf: async () => recordTools });
});

const tables = [
  'tasks',
  'runs',
  'steps',
  'workflows',
  'workflow_versions',
  'files',
  'task_files',
  'agents',
  'agent_revisions',
  'events',
  'outbox',
  'sessions',
  'api_keys',
  'idempotency_keys',
];

async function countAll(): Promise<Record<string, number>> {
  const counts = await Promise.all(tables.map(async (table) => [table, await api.count(table)] as const));
  return Object.fromEntries(counts);
}

/** Places and codes of all problems. */
async function refused(method: string, path: string, options: AskOptions = {}) {
  const { status, headers, body } = await api.problem(method, path, options);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({
    status,
    title: expect.any(String),
    detail: expect.any(String),
    instance: expect.any(String),
  });
  return {
    status,
    code: body.code,
    detail: body.detail,
    problems: body.problems,
    places: body.problems.map(({ pointer, code }) => [pointer, code]),
  };
}

function formOf(...files: [name: string, content: string | Buffer][]): FormData {
  const form = new FormData();
  for (const [name, content] of files)
    form.append('files', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), name);
  return form;
}

const fixture = (name: string) => readFile(new URL(`../files/fixtures/${name}`, import.meta.url));
const agentStep = { id: 'a', kind: 'agent', with: { goal: 'Do it.', requires: [] } };

describe('bad input that nothing remembers', () => {
  let before: Record<string, number>;
  beforeEach(async () => {
    before = await countAll();
  });
  afterEach(async () => {
    expect(await countAll()).toEqual(before);
    expect(await readdir(api.filesDir)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^[0-9a-f]{2}$/)]),
    );
  });

  test('malformed JSON is answered with its line and column', async () => {
    const raw = { type: 'application/json', text: '{\n  "goal": nonsense\n}' };
    const { status, code, problems } = await refused('POST', 'tasks', { raw });
    expect([status, code, problems[0]?.pointer]).toEqual([400, 'malformed_json', '']);
    expect(problems[0]?.message).toContain('line 2, column 12');
    const cut = await refused('POST', 'tasks', { raw: { type: 'application/json', text: '{"goal": "x"' } });
    expect(cut.problems[0]?.message).toContain('line 1, column 13');
  });

  test('a body that is missing, no JSON, or no object', async () => {
    expect(await refused('POST', 'tasks')).toMatchObject({ status: 422, places: [['', 'required']] });
    const xml = await refused('POST', 'tasks', { raw: { type: 'application/xml', text: '<goal/>' } });
    expect([xml.status, xml.code]).toEqual([415, 'unsupported_media_type']);
    expect(
      await refused('POST', 'tasks', { raw: { type: 'application/json', text: '"text"' } }),
    ).toMatchObject({
      status: 422,
      places: [['', 'invalid_type']],
    });
  });

  test('wrong types and unknown fields are all named at once, each with its place', async () => {
    const { status, code, places } = await refused('POST', 'tasks', {
      body: {
        goal: 7,
        files: ['nonsense', 3],
        priority: 'soon',
        requires: [{ name: 'x', level: 9 }],
        'a/b': 1,
      },
    });
    expect([status, code]).toEqual([422, 'invalid_request']);
    expect(places).toEqual(
      expect.arrayContaining([
        ['/goal', 'invalid_type'],
        ['/files/0', 'invalid_format'],
        ['/files/1', 'invalid_type'],
        ['/priority', 'invalid_value'],
        ['/requires/0/level', 'too_big'],
        ['/a~1b', 'unknown_field'],
      ]),
    );
    expect(places).toHaveLength(6);
  });

  test('text that cannot be stored, and values nested without end', async () => {
    expect((await refused('POST', 'tasks', { body: { goal: 'a\u0000b' } })).places).toEqual([
      ['/goal', 'invalid_text'],
    ]);
    expect(
      (await refused('POST', 'tasks', { raw: { type: 'application/json', text: '{"goal":"\\ud800"}' } }))
        .places,
    ).toEqual([['/goal', 'invalid_text']]);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const { status, problems } = await refused('POST', 'tasks', {
      raw: { type: 'application/json', text: `{"goal":${deep}}` },
    });
    expect([status, problems[0]?.code]).toEqual([422, 'too_deep']);
  });

  test('an unknown agent and unknown files', async () => {
    const agent = await refused('POST', 'tasks', { body: { goal: 'x', agentId: newId('agent') } });
    expect([agent.status, agent.code, agent.places]).toEqual([
      422,
      'unknown_agent',
      [['/agentId', 'unknown_agent']],
    ]);
    const files = await refused('POST', 'tasks', {
      body: { goal: 'x', files: [newId('file'), newId('file')] },
    });
    expect([files.code, files.places]).toEqual([
      'unknown_file',
      [
        ['/files/0', 'unknown_file'],
        ['/files/1', 'unknown_file'],
      ],
    ]);
  });

  test('an unknown tool, with everything else that is not there', async () => {
    const tools = ['search_files', 'telepathy'];
    const tool = await refused('POST', 'tasks', { body: { goal: 'x', tools } });
    expect([tool.status, tool.code, tool.places]).toEqual([
      422,
      'invalid_request',
      [['/tools/1', 'unknown_tool']],
    ]);
    const body = { goal: 'x', tools, agentId: newId('agent'), files: [newId('file')] };
    for (const path of ['tasks', 'tasks/forecast']) {
      const all = await refused('POST', path, { body });
      expect([all.code, all.places]).toEqual([
        'invalid_request',
        [
          ['/agentId', 'unknown_agent'],
          ['/files/0', 'unknown_file'],
          ['/tools/1', 'unknown_tool'],
        ],
      ]);
    }
  });

  test('an empty goal', async () => {
    for (const goal of ['', '  \n\t ']) {
      const { status, problems } = await refused('POST', 'tasks', { body: { goal } });
      expect([status, problems]).toEqual([
        422,
        [{ pointer: '/goal', code: 'too_small', message: 'Say what is to be done.' }],
      ]);
    }
  });

  test('a goal of a megabyte', async () => {
    const { status, code, detail } = await refused('POST', 'tasks', {
      body: { goal: 'x'.repeat(1_048_576) },
    });
    expect([status, code]).toEqual([413, 'payload_too_large']);
    expect(detail).toContain('1000000 bytes');
    const long = await refused('POST', 'tasks', { body: { goal: 'x'.repeat(200_000) } });
    expect([long.status, long.places]).toEqual([422, [['/goal', 'too_big']]]);
  });

  test('an unsupported file type', async () => {
    const { status, code, places } = await refused('POST', 'files', {
      form: formOf(['a.exe', 'MZ\u0000\u0001'], ['ok.txt', 'fine']),
    });
    expect([status, code, places]).toEqual([
      422,
      'unsupported_file_type',
      [['/files/0', 'unsupported_file_type']],
    ]);
  });

  test('a lying file type', async () => {
    const form = formOf(['ok.txt', 'fine'], ['report.pdf', await fixture('picture-named.pdf')]);
    const { status, code, places } = await refused('POST', 'files', { form });
    expect([status, code, places]).toEqual([422, 'lying_file_type', [['/files/1', 'lying_file_type']]]);
  });

  test('an encrypted PDF, an empty file, and both at once', async () => {
    const locked = await refused('POST', 'files', {
      form: formOf(['locked.pdf', await fixture('encrypted.pdf')]),
    });
    expect([locked.status, locked.code, locked.places]).toEqual([
      422,
      'encrypted_file',
      [['/files/0', 'encrypted_file']],
    ]);
    const form = formOf(
      ['empty.txt', ''],
      ['ok.txt', 'fine'],
      ['locked.pdf', await fixture('encrypted.pdf')],
    );
    expect((await refused('POST', 'files', { form })).places).toEqual([
      ['/files/0', 'empty_file'],
      ['/files/2', 'encrypted_file'],
    ]);
  });

  test('an upload with too many files, none, the wrong field or no form', async () => {
    const many = formOf(...Array.from({ length: 21 }, (_, n): [string, string] => [`${n}.txt`, 'x']));
    expect(await refused('POST', 'files', { form: many })).toMatchObject({
      status: 422,
      code: 'too_many_files',
    });
    expect((await refused('POST', 'files', { form: formOf() })).code).toBe('invalid_request');
    const form = new FormData();
    form.append('document', new Blob(['x']), 'a.txt');
    expect((await refused('POST', 'files', { form })).places).toEqual([['/document', 'invalid_request']]);
    expect((await refused('POST', 'files', { body: {} })).status).toBe(415);
  });

  test('a file over 50 MB', async () => {
    const form = formOf(['big.txt', Buffer.alloc(50_000_001, 'x')]);
    const { status, code, detail } = await refused('POST', 'files', { form });
    expect([status, code, detail]).toEqual([413, 'payload_too_large', 'A file may have at most 50 MB.']);
  });

  test('a cyclic workflow', async () => {
    const steps = [
      { ...agentStep, id: 'a', dependsOn: ['b'] },
      { ...agentStep, id: 'b', dependsOn: ['a'] },
    ];
    const { status, code, problems } = await refused('POST', 'workflows', { body: { name: 'Round', steps } });
    expect([status, code]).toEqual([422, 'invalid_workflow']);
    expect(problems.map(({ code: each }) => each)).toContain('cycle');
    expect(problems[0]?.pointer).toMatch(/^\/steps\/[01]/);
  });

  test('bad CEL, unknown references and unknown capabilities, all at once', async () => {
    const steps = [
      { ...agentStep, if: 'inputs.n >' },
      {
        ...agentStep,
        id: 'b',
        with: { goal: '${{ steps.nowhere.output }}', requires: [{ capability: 'magic', level: 1 }] },
      },
    ];
    const { status, problems } = await refused('POST', 'workflows', { body: { name: 'Broken', steps } });
    expect(status).toBe(422);
    expect(problems.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/steps/0/if', '/steps/1/with/goal', '/steps/1/with/requires/0/capability']),
    );
  });

  test('YAML that is none', async () => {
    const raw = { type: 'application/yaml', text: 'name: [unclosed' };
    const { status, code, problems } = await refused('POST', 'workflows', { raw });
    expect([status, code, problems[0]?.code]).toEqual([422, 'invalid_workflow', 'syntax']);
  });

  test('filters, orders and page tokens that mean nothing', async () => {
    const ask = async (query: string) => {
      const { status, places } = await refused('GET', `tasks?${query}`);
      return [status, places];
    };
    expect(await ask(`filter=${encodeURIComponent('color == "red"')}`)).toEqual([
      400,
      [['/query/filter', 'invalid_filter']],
    ]);
    expect(await ask(`filter=${encodeURIComponent('title ==')}`)).toEqual([
      400,
      [['/query/filter', 'invalid_filter']],
    ]);
    expect(await ask(`filter=${encodeURIComponent('title == "a\\u0000"')}`)).toEqual([
      400,
      [['/query/filter', 'invalid_filter']],
    ]);
    expect(await ask(`filter=${encodeURIComponent(`title == 'x' || ${'('.repeat(900)}`)}`)).toEqual([
      400,
      [['/query/filter', 'invalid_filter']],
    ]);
    expect(await ask(`filter=${encodeURIComponent('createdAt > "0000-01-01"')}`)).toEqual([
      400,
      [['/query/filter', 'invalid_filter']],
    ]);
    expect(await ask('orderBy=color')).toEqual([422, [['/query/orderBy', 'invalid_order']]]);
    expect(await ask('pageToken=abc')).toEqual([422, [['/query/pageToken', 'invalid_page_token']]]);
    const forged = Buffer.from(JSON.stringify(['createdAt', 0, ['never', 'x']])).toString('base64url');
    expect(await ask(`orderBy=createdAt&pageToken=${forged}`)).toEqual([
      422,
      [['/query/pageToken', 'invalid_page_token']],
    ]);
    expect(await ask('pageSize=0&colour=red')).toEqual([
      422,
      [
        ['/query/pageSize', 'too_small'],
        ['/query/colour', 'unknown_field'],
      ],
    ]);
  });

  test('numbers and times beyond what can be stored', async () => {
    const [flow] = await api.db.acrossWorkspaces<{ id: string }>('SELECT id FROM workflows LIMIT 1');
    const version = await refused('GET', `workflows/${flow?.id}?version=9007199254740990`);
    expect(version.places).toEqual([['/query/version', 'too_big']]);
    const run = await refused('POST', `workflows/${flow?.id}/runs`, {
      body: { version: 9_007_199_254_740_990 },
    });
    expect(run.places).toEqual([['/version', 'too_big']]);
    expect((await refused('GET', 'usage?from=0000-01-01T00:00:00Z')).status).toBe(422);
    const early = encodeURIComponent('0250-09-09T20:55:44.9+17:21');
    expect((await api.ask('GET', `usage?from=${early}`)).status).toBe(200);
    const filter = encodeURIComponent('createdAt > timestamp("2026-01-01T00:00:00+17:30")');
    expect((await api.ask('GET', `tasks?filter=${filter}`)).status).toBe(200);
  });

  test('a wrong key', async () => {
    for (const authorization of ['Bearer adj_nonsense', 'Bearer nonsense', 'Basic b3duZXI6', 'Bearer ']) {
      const { status, code } = await refused('POST', 'tasks', {
        key: null,
        headers: { authorization },
        body: { goal: 'x' },
      });
      expect([authorization, status, code]).toEqual([authorization, 401, 'unauthenticated']);
    }
    const { status } = await refused('POST', 'tasks', {
      key: null,
      headers: { cookie: 'adjutant_session_4800=forged' },
      body: { goal: 'x' },
    });
    expect(status).toBe(401);
  });

  test('an id that is none', async () => {
    for (const path of [
      'tasks/17',
      'tasks/%00',
      'tasks/%zz',
      `tasks/${newId('agent')}`,
      `tasks/${newId('task')}`,
      'files/../../etc',
    ]) {
      expect((await refused('GET', path)).status).toBe(404);
    }
  });

  test('an Idempotency-Key that is none', async () => {
    const headers = { 'idempotency-key': 'x'.repeat(201) };
    expect((await refused('POST', 'tasks', { body: { goal: 'x' }, headers })).places).toEqual([
      ['/headers/idempotency-key', 'invalid_format'],
    ]);
  });
});

describe('bad input that meets what is there', () => {
  test('an expired link', async () => {
    const [owner] = await api.db.acrossWorkspaces<{ id: string }>(
      `SELECT id FROM principals WHERE name = 'Owner'`,
    );
    const token = await api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, (tx) =>
      insertSignInLink(tx, owner?.id ?? ''),
    );
    await api.db.acrossWorkspaces(`UPDATE sign_in_links SET expires_at = now() - interval '1 second'`);
    const sessions = await api.count('sessions');
    for (const tried of [token, 'nonsense']) {
      const { status, code } = await refused('POST', 'session', { key: null, body: { token: tried } });
      expect([status, code]).toEqual([401, 'link_expired']);
    }
    expect(await api.count('sessions')).toBe(sessions);
  });

  test('another workspace’s ids: reading, changing and naming them tells and does nothing', async () => {
    const { body: task } = await api.ask<Task>('POST', 'tasks', { body: { goal: 'Ours' } });
    const { body: flow } = await api.ask<WorkflowView>('POST', 'workflows', {
      body: { name: 'Ours', steps: [{ id: 's', kind: 'set', with: { values: { n: '1' } } }] },
    });
    const { body: run } = await api.ask<Run>('POST', `workflows/${flow.id}/runs`);
    const { body: uploaded } = await api.ask<{ items: { id: string }[] }>('POST', 'files', {
      form: formOf(['ours.txt', 'ours']),
    });
    const file = uploaded.items[0]?.id ?? '';
    const [agent] = await api.db.acrossWorkspaces<{ id: string }>('SELECT id FROM agents LIMIT 1');
    const key = await api.keyOf('owner', { foreign: true });
    const before = await countAll();
    for (const path of [
      `tasks/${task.id}`,
      `tasks/${task.id}/tree`,
      `tasks/${task.id}/events`,
      `tasks/${task.id}/ledger`,
      `tasks/${task.id}/stream`,
      `runs/${run.id}`,
      `workflows/${flow.id}`,
      `workflows/${flow.id}/versions`,
      `files/${file}`,
      `files/${file}/content`,
      `files/${file}/text`,
      `agents/${agent?.id}`,
      `agents/${agent?.id}/revisions`,
    ]) {
      expect([path, (await refused('GET', path, { key })).status]).toEqual([path, 404]);
    }
    for (const [method, path, body] of [
      ['POST', `tasks/${task.id}/cancel`, {}],
      ['POST', `runs/${run.id}/cancel`, {}],
      ['POST', `workflows/${flow.id}/runs`, {}],
      ['PATCH', `workflows/${flow.id}`, flow.definition],
      ['DELETE', `workflows/${flow.id}`, undefined],
      ['PATCH', `agents/${agent?.id}`, { name: 'Taken' }],
      ['DELETE', `agents/${agent?.id}`, undefined],
    ] as const) {
      expect([path, (await refused(method, path, { key, body })).status]).toEqual([path, 404]);
    }
    const named = await refused('POST', 'tasks', { key, body: { goal: 'x', files: [file] } });
    expect(named.places).toEqual([['/files/0', 'unknown_file']]);
    const asked = await refused('POST', 'tasks', { key, body: { goal: 'x', agentId: agent?.id } });
    expect(asked.places).toEqual([['/agentId', 'unknown_agent']]);
    expect(await countAll()).toEqual(before);
    for (const list of ['tasks', 'runs', 'workflows', 'files', 'agents', 'usage', 'keys']) {
      const { body } = await api.ask<{ items: { id: string }[] }>('GET', list, { key });
      expect([
        list,
        body.items.filter(({ id }) => [task.id, run.id, flow.id, file, agent?.id].includes(id)),
      ]).toEqual([list, []]);
    }
  });

  test('a CEL error at run time fails the run, and says where', async () => {
    const definition = {
      name: 'Divides',
      inputs: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
      steps: [{ id: 'share', kind: 'set', with: { values: { part: '10 / int(inputs.n)' } } }],
    };
    const { body: flow } = await api.ask<WorkflowView>('POST', 'workflows', { body: definition });
    const { body: run } = await api.ask<Run>('POST', `workflows/${flow.id}/runs`, {
      body: { inputs: { n: 0 } },
    });
    await api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, (tx) =>
      standRun(tx, run.id, { now: new Date(), models: [], tools: [] }),
    );
    const { body: failed } = await api.ask<Run>('GET', `runs/${run.id}`);
    expect(failed).toMatchObject({ status: 'failed', steps: [{ key: 'share', status: 'failed' }] });
    expect(failed.error?.code).toMatch(/expression_failed|step_failed/);
    expect(`${failed.error?.message} ${failed.steps[0]?.reason}`).toMatch(/zero/);
  });
});
