import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { presentModelCall } from '../../src/api/usage/present-model-call.ts';
import { presentLedgerEntry } from '../../src/api/usage/present-ledger.ts';
import { topUpBudget } from '../../src/commands/top-up-budget.ts';
import { updateWorkspace } from '../../src/commands/update-workspace.ts';
import type { Config } from '../../src/config.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import type { CreateTask } from '../../src/contracts/task.ts';
import { serve, type TestServer } from '../tools/support/outside.ts';
import type { WebSearchBy } from '../../src/contracts/web-search.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import type { LedgerEntryRow } from '../../src/db/mappings/ledger-entry.ts';
import { readUsage } from '../../src/db/ledger-reads.ts';
import { readModelCall } from '../../src/db/model-call-reads.ts';
import type { Tx } from '../../src/db/record.ts';
import { createSealer } from '../../src/db/seal.ts';
import { priceOf } from '../../src/models/price.ts';
import type { ModelPrices } from '../../src/models/catalogue-entry.ts';
import { createToolsOfWorkspaces, type ToolsOfWorkspaces } from '../../workers/tools-of-workspaces.ts';
import { closeLater } from '../support/close-later.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { Answer, ServedCall } from '../support/scripted-model-server/script.ts';

const pages = [
  { title: 'Tides', url: 'https://tides.test/', said: 'High water comes twice a day.' },
  { title: 'The Moon', url: 'https://moon.test/' },
];
const usage = {
  inputTokens: 9000,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 120,
  reasoningTokens: 0,
};
const found: Answer = { search: { pages }, usage };
const providers = ['anthropic', 'openai'] as const;

const scout = AgentSpec.parse({
  name: 'Scout',
  role: 'master_operator',
  capabilities: [{ name: 'scout', level: 3 }],
  tools: ['web_search'],
  modelPolicy: { maxOutputTokens: 100 },
});

let house: ScriptedHouse;
let tools: ToolsOfWorkspaces;
let searched: (call: ServedCall) => Answer = () => found;
/** A search service by key. */
let searx: TestServer;
let serviceAnswers: object | null = null;

/** The provider that is searched with speaks its own protocol; the agents' model is asked in the same. */
function modelsOf(...wanted: (typeof providers)[number][]): Config['models'] {
  const { url, v1 } = house.server;
  const key = { apiKey: 'test', model: undefined };
  const own = { ...key, baseUrl: v1, protocol: 'responses' as const };
  return {
    ...house.models,
    openai: wanted.includes('openai') ? own : undefined,
    anthropic: wanted.includes('anthropic') ? { ...key, baseUrl: url } : undefined,
  };
}

beforeAll(async () => {
  house = await openScriptedHouse({ toolsOf: (tx) => tools.toolsOf(tx) });
  searx = await serve((_request, response) =>
    response
      .writeHead(serviceAnswers ? 200 : 500, { 'content-type': 'application/json' })
      .end(JSON.stringify(serviceAnswers)),
  );
  tools = createToolsOfWorkspaces({
    db: house.db,
    sealer: createSealer(['ab'.repeat(32)]),
    filesDir: house.filesDir,
    tools: {
      privateHosts: [],
      commands: false,
      search: { braveKey: undefined, tavilyKey: undefined, searxngUrl: `http://127.0.0.1:${searx.port}` },
    },
  });
  closeLater('the tools', () => tools.close());
  await desk((tx) => insertAgent(tx, scout));
  house.answer(searchFirst);
});
beforeEach(async () => {
  searched = () => found;
  serviceAnswers = null;
  await house.rows('DELETE FROM provider_health');
});

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
const answered = ({ body }: ServedCall) =>
  /"role":"tool"|function_call_output|tool_result/.test(JSON.stringify(body));
const wants = (webSearch: WebSearchBy) =>
  desk((tx) => updateWorkspace(tx, house.caller, { changes: { webSearch }, ifMatch: null, tagOf: () => '' }));

/** Of an agent that searches first, and then is done. */
const searchFirst = (call: ServedCall): Answer => {
  if (call.searches) return searched(call);
  if (answered(call)) return { text: 'Understood.' };
  return { toolCalls: [{ name: 'web_search', arguments: { query: 'tides', count: 3 } }] };
};
const goal = { goal: 'Look for tides.', requires: [{ name: 'scout', level: 1 }] };
const give = (more: Partial<CreateTask> = {}) => house.give({ ...goal, ...more });
async function told(taskId: string): Promise<string> {
  await house.reaches('tasks', taskId, ['completed']);
  const rows = await house.rows<{ text: string }>(
    `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = 'tool' ORDER BY seq`,
    taskId,
  );
  return rows.map(({ text }) => text).join('\n');
}
const searchesOf = (taskId: string) =>
  house.rows<LedgerEntryRow>(
    `SELECT * FROM ledger WHERE task_id = $1 AND kind = 'search' ORDER BY try`,
    taskId,
  );

describe.each(providers)('web_search with a key of %s', (provider) => {
  beforeAll(() => house.employ(modelsOf(provider)), 60_000);

  test('needs no other key: the agent reads what the provider found, and each search stands once in the ledger', async () => {
    const taskId = await give();
    const moon = provider === 'openai' ? 'https://moon.test/' : 'The Moon';
    expect(await told(taskId)).toBe(
      `1. Tides\nhttps://tides.test/\nHigh water comes twice a day.\n\n2. ${moon}\nhttps://moon.test/\n`,
    );
    await house.isWhole(taskId);
    const [row, ...more] = await searchesOf(taskId);
    expect([row, more]).toMatchObject([
      { kind: 'search', purpose: 'web_search', provider, outcome: 'ok', searches: 1, ...usage },
      [],
    ]);
    // Ten dollars per thousand, and its tokens.
    const price = row?.price as ModelPrices;
    expect(price.search).toMatchObject({ usdPerThousand: 10, checked: false });
    expect(row?.microUsd).toBe(10_000 + (priceOf(usage, { ...price, longPrompt: null }) ?? 0));
    expect(row?.reservedMicroUsd).toBeGreaterThan(row?.microUsd ?? 0);
    const [all] = await house.rows<{ usd: number }>(
      `SELECT sum(micro_usd)::int AS usd FROM ledger WHERE kind = 'search'`,
    );
    const usageBy = await desk((tx) => readUsage(tx, { groupBy: 'kind' }));
    expect(usageBy.find(({ key }) => key === 'search')).toMatchObject({
      label: 'search',
      microUsd: all?.usd,
    });
  }, 90_000);

  test('is opened like a model call: the exact request, the price, what came back, every try', async () => {
    const taskId = await give();
    await told(taskId);
    const [row] = await searchesOf(taskId);
    const opened = await desk((tx) => readModelCall(tx, row?.callId ?? ''));
    expect(opened && presentModelCall(opened)).toMatchObject({
      purpose: 'web_search',
      status: 'settled',
      request: {
        kind: 'search',
        provider,
        model: row?.model,
        system: expect.stringContaining('Search once'),
      },
      messages: [{ role: 'user', content: { text: 'Query: tides\nPages: 3 at most' } }],
      route: { reason: expect.stringContaining('searches the web') },
      price: { search: { usdPerThousand: 10 } },
      reply: { data: [{ title: 'Tides', url: 'https://tides.test/' }, { url: 'https://moon.test/' }] },
      tries: [{ kind: 'search', searches: 1, usd: (row?.microUsd ?? 0) / 1e6 }],
    });
    expect(row && presentLedgerEntry(row)).toMatchObject({ kind: 'search', searches: 1 });
  }, 90_000);

  test.each<[string, Answer, RegExp, object]>([
    [
      'refuses the key',
      { fault: { kind: 'status', status: 403, message: 'No web search for you.' } },
      /did not work.*No web search for you/,
      { outcome: 'failed', microUsd: 0 },
    ],
    [
      'cannot search',
      { search: { pages: [], fault: 'unavailable' }, usage },
      /did not work.*The search failed/,
      { outcome: 'ok', inputTokens: 9000 },
    ],
    [
      'refuses the question',
      { text: 'I cannot look for that.', stop: 'refused', usage },
      /did not work.*refused to search/,
      { outcome: 'ok', searches: 0 },
    ],
  ])(
    'that %s is told to the model, and booked as it was',
    async (_what, answer, words, row) => {
      searched = () => answer;
      const taskId = await give();
      expect(await told(taskId)).toMatch(words);
      expect(await searchesOf(taskId)).toMatchObject([row]);
      await house.isWhole(taskId);
    },
    90_000,
  );

  test('whose line breaks in the middle may have been paid: it is booked at its most', async () => {
    searched = () => ({ ...found, fault: { kind: 'cut', afterBytes: 700 } });
    const taskId = await give();
    expect(await told(taskId)).toMatch(/did not work/);
    const [row] = await searchesOf(taskId);
    expect(row).toMatchObject({ outcome: 'unknown', microUsd: row?.reservedMicroUsd });
  }, 90_000);
});

describe('a search that its provider does not make', () => {
  beforeAll(() => house.employ(modelsOf('openai', 'anthropic')), 60_000);
  /** OpenAI's costs less, so it is asked first. */
  const unlessOpenAi = (fault: NonNullable<Answer['fault']>) => {
    searched = ({ protocol }) => (protocol === 'responses' ? { fault } : found);
  };
  const breakers = () => house.rows(`SELECT provider FROM provider_health`);

  test('because its key does not work is made by the next provider, each with a row of its own', async () => {
    unlessOpenAi({ kind: 'status', status: 401, message: 'No such key.' });
    const taskId = await give();
    expect(await told(taskId)).toMatch(/^1\. Tides/);
    expect(await searchesOf(taskId)).toMatchObject([
      { provider: 'openai', outcome: 'failed', microUsd: 0 },
      { provider: 'anthropic', outcome: 'ok', searches: 1 },
    ]);
    expect(await breakers()).toEqual([]);
    await house.isWhole(taskId);
  }, 90_000);

  test('because nobody answers is made by the next one once its breaker is open', async () => {
    unlessOpenAi({ kind: 'status', status: 503, message: 'Come later.' });
    const taskId = await give();
    expect(await told(taskId)).toMatch(/^1\. Tides/);
    const rows = await searchesOf(taskId);
    expect(rows.map(({ provider, outcome }) => `${provider} ${outcome}`)).toEqual([
      ...Array<string>(4).fill('openai failed'),
      'anthropic ok',
    ]);
    await house.isWhole(taskId);
  }, 90_000);

  test('is made by a search service when no provider does; when that fails too, the model reads who was asked and why', async () => {
    searched = () => ({ fault: { kind: 'status', status: 403, message: 'Not for you.' } });
    serviceAnswers = { results: [{ title: 'Moon', url: 'https://moon.test/', content: 'It pulls.' }] };
    const served = await give();
    expect(await told(served)).toBe('1. Moon\nhttps://moon.test/\nIt pulls.');
    const [row] = await searchesOf(served);
    const opened = await desk((tx) => readModelCall(tx, row?.callId ?? ''));
    expect(opened && presentModelCall(opened)).toMatchObject({
      route: {
        reason: expect.stringMatching(/^SearXNG searches the web\. Asked before: OpenAI .*Anthropic/),
      },
      tries: [{ provider: 'openai' }, { provider: 'anthropic' }],
    });
    serviceAnswers = null;
    const refused = await give();
    expect(await told(refused)).toMatch(
      /^It did not work\. OpenAI \(.*\): .*Not for you; Anthropic .*Not for you; SearXNG: It answered 500/,
    );
    await house.isWhole(refused);
  }, 90_000);
});

describe('a search by a model provider', () => {
  beforeAll(() => house.employ(modelsOf('anthropic')), 60_000);

  test('without room in the goal’s budget parks the task before it is asked for, and goes on there', async () => {
    const taskId = await give({ budget: { usd: 0.012 } });
    expect(await house.reaches('tasks', taskId, ['waiting'])).toMatchObject({ waitingFor: 'budget' });
    expect(await searchesOf(taskId)).toEqual([]);
    expect(
      await house.rows(`SELECT kind, purpose FROM effects WHERE task_id = $1 AND status = 'parked'`, taskId),
    ).toEqual([{ kind: 'tool', purpose: 'web_search' }]);
    const [purse] = await house.rows<{ id: string }>('SELECT id FROM budgets WHERE subject_id = $1', taskId);
    await desk((tx) => topUpBudget(tx, house.caller, { id: purse?.id ?? '', wish: { usd: 1 } }));
    expect(await told(taskId)).toMatch(/^1\. Tides/);
    expect(await searchesOf(taskId)).toMatchObject([{ outcome: 'ok', try: 1 }]);
    await house.isWhole(taskId);
  }, 120_000);

  test('is a step of a workflow too, whose output is what was found', async () => {
    const runId = await house.run({
      name: 'Tides',
      steps: [
        {
          id: 'find',
          kind: 'tool',
          title: 'Find',
          with: { tool: 'web_search', arguments: { query: 'tides' } },
        },
      ],
      output: { found: '${{ steps.find.output }}' },
    });
    const run = await house.reaches('runs', runId, ['completed', 'failed']);
    expect(run).toMatchObject({ status: 'completed', output: { found: { data: [{ title: 'Tides' }, {}] } } });
    expect(await house.rows(`SELECT agent_id, kind, outcome FROM ledger WHERE run_id = $1`, runId)).toEqual([
      { agentId: null, kind: 'search', outcome: 'ok' },
    ]);
  }, 90_000);

  test('is not made where the workspace wants somebody else', async () => {
    await wants('tavily');
    const taskId = await give();
    expect(await told(taskId)).toMatch(/^No web search is set up here/);
    expect(await searchesOf(taskId)).toEqual([]);
    await wants('auto');
  }, 90_000);
});
