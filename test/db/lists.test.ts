import { beforeAll, describe, expect, test } from '@jest/globals';
import { PageQuery } from '../../src/contracts/page.ts';
import { agentList, type AgentView } from '../../src/db/agent-reads.ts';
import { translateFilter } from '../../src/db/cel-filter.ts';
import { createDataSource } from '../../src/db/data-source.ts';
import { listPage } from '../../src/db/list-page.ts';
import { createDatabase, type Database, type Tx } from '../../src/db/record.ts';
import { runList } from '../../src/db/run-reads.ts';
import { taskList } from '../../src/db/task-reads.ts';
import { fileList } from '../../src/db/file-store.ts';
import { keyList } from '../../src/db/key-reads.ts';
import { ledgerList } from '../../src/db/ledger-reads.ts';
import { workflowList } from '../../src/db/workflow-reads.ts';
import { isAppError } from '../../src/errors.ts';
import { closeLater } from '../support/close-later.ts';
import { createTestDatabase } from '../support/database.ts';

describe('lists', () => {
  let db: Database;
  let workspaceId: string;
  beforeAll(async () => {
    const { url } = await createTestDatabase({ version: 18 });
    const dataSource = await createDataSource({
      url,
      poolSize: 2,
      applicationName: 'lists test',
    }).initialize();
    closeLater('the data source', () => dataSource.destroy());
    db = createDatabase(dataSource, { ring: () => undefined });
    const [home] = await db.acrossWorkspaces<{ id: string }>('SELECT id FROM workspaces');
    workspaceId = home?.id ?? '';
  });
  const within = <Result>(work: (tx: Tx) => Promise<Result>) =>
    db.inWorkspace({ workspaceId, actor: 'system' }, work);
  const names = (query: object) =>
    within(async (tx) =>
      (await listPage<AgentView>(tx, agentList, PageQuery.parse(query))).items.map(({ name }) => name),
    );

  test.each([
    ['name == "Writer"', ['Writer']],
    ['name != "Writer" && role == "master_operator"', ['Analyst', 'Researcher', 'Reviewer']],
    ['!(name == "Writer" || name == "Analyst") && role != "chief_of_staff"', ['Researcher', 'Reviewer']],
    ['name.contains("e") && name.endsWith("r")', ['Researcher', 'Reviewer', 'Writer']],
    ['name in ["Writer", "Nobody"]', ['Writer']],
    ['name in []', []],
    ['"analysis" in capabilities', ['Analyst', 'Reviewer']],
    [
      'status == "idle" && active < 0.5 && 1 <= revision',
      ['Analyst', 'Chief of Staff', 'Researcher', 'Reviewer', 'Writer'],
    ],
    ['createdAt < timestamp("2020-01-01T00:00:00Z")', []],
    [
      'createdAt > "2020-01-01" && !archived',
      ['Analyst', 'Chief of Staff', 'Researcher', 'Reviewer', 'Writer'],
    ],
    ['name.startsWith("%")', []],
    ['name == "\' OR true --"', []],
    ['true && false', []],
  ])('the filter %s', async (filter, expected) => {
    expect(await names({ filter, orderBy: 'name' })).toEqual(expected);
  });

  test('orders by several fields in both directions, page after page', async () => {
    const whole = await names({ orderBy: 'role desc, name' });
    expect(whole).toEqual(['Analyst', 'Researcher', 'Reviewer', 'Writer', 'Chief of Staff']);
    const paged: string[] = [];
    let pageToken: string | null | undefined;
    while (pageToken !== null) {
      const query = PageQuery.parse({ orderBy: 'role desc, name', pageSize: 2, pageToken });
      const page = await within((tx) => listPage<AgentView>(tx, agentList, query));
      paged.push(...page.items.map(({ name }) => name));
      pageToken = page.nextPageToken;
    }
    expect(paged).toEqual(whole);
  });

  test('every field of every list can be filtered and ordered by', async () => {
    const samples = { text: '"x"', number: '1', bool: 'true', time: '"2026-01-01"' };
    for (const list of [agentList, taskList, runList, workflowList, fileList, keyList, ledgerList]) {
      for (const [name, field] of Object.entries(list.fields)) {
        const { type, values } = field as { type: keyof typeof samples; values?: readonly string[] };
        const value = values ? JSON.stringify(values[0]) : samples[type];
        const filter = 'list' in field ? `${value} in ${name}` : `${name} == ${value} || ${name} != ${value}`;
        const orderBy = 'orderable' in field ? undefined : `${name} desc`;
        await within((tx) => listPage(tx, list, PageQuery.parse({ filter, orderBy })));
      }
    }
  });

  test('a failing agent shows as such, a paused one as offline', async () => {
    await db.acrossWorkspaces(`UPDATE agents SET failing_since = now() WHERE name = 'Writer'`);
    expect(await names({ filter: 'status == "error"' })).toEqual(['Writer']);
    await db.acrossWorkspaces(`UPDATE agents SET paused_at = now() WHERE name = 'Writer'`);
    expect(await names({ filter: 'status == "offline"' })).toEqual(['Writer']);
  });
});

describe('a filter that cannot be translated', () => {
  test.each([
    ['color == "red"', /no field "color"/],
    ['name == ', /no CEL/],
    ['name == "a" && status == "nope"', /can be one of/],
    ['name == 3', /a text/],
    ['name == name', /another field/],
    ['name.matches("a.*")', /matches/],
    ['size(name) > 3', /Compare a field/],
    ['name == "a" ? true : false', /cannot be used/],
    ['name.exists(c, c == "x")', /cannot|condition/],
    ['createdAt > "soon"', /a time/],
    ['name', /no condition/],
    ['has(name.x)', /condition/],
    ['name > null', /null/],
  ])('%s is refused at its place', (filter, message) => {
    const refuse = () => translateFilter(filter, agentList.fields);
    expect(refuse).toThrow(message);
    try {
      refuse();
    } catch (error) {
      expect(isAppError(error) && [error.code, error.problems[0]?.pointer]).toEqual([
        'invalid_filter',
        '/query/filter',
      ]);
      expect((error as Error).message).toMatch(/at character \d+ of the filter/);
    }
  });

  test('never throws anything else, whatever the text', () => {
    const pieces = [
      'name',
      '==',
      '"x"',
      '&&',
      '||',
      '!',
      '(',
      ')',
      '[',
      ']',
      '-',
      '1',
      '.',
      'contains',
      'timestamp',
      ',',
      'in',
      '?',
      ':',
      '{',
      '}',
      '"',
    ];
    let seed = 7;
    const next = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % n;
    };
    for (let round = 0; round < 2000; round += 1) {
      const text = Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)]).join(
        next(2) ? ' ' : '',
      );
      try {
        translateFilter(text, agentList.fields);
      } catch (error) {
        if (!isAppError(error)) throw new Error(`For ${text}`, { cause: error });
      }
    }
  });
});
