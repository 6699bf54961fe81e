import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { LedgerEntryView } from '../../src/contracts/task-views.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  allWell,
  at,
  completed,
  file,
  forecast,
  goal,
  ledger,
  memo,
  step,
  task,
  taskId,
  treeOf,
} from './support/fixtures.ts';
import { idOf } from './support/ids.ts';
import { axeFaults, shownPage } from './support/shown-page.ts';

const samples = join(import.meta.dirname, '..', '..', 'samples');
const shown = shownPage();

describe('signing in', () => {
  test('opens the link once and goes to the goals, without the token in the address', async () => {
    shown.api.state.signedIn = false;
    await shown.adjutant.signIn('/sign-in#good');
    expect(shown.page.url()).toBe(`${shown.api.url}/`);
    expect(shown.api.posted.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: '/api/v2/session', body: { token: 'good' } },
    ]);
  });

  test('with an expired link says how to get a new one', async () => {
    shown.api.state.signedIn = false;
    await shown.adjutant.open('/sign-in#old');
    await shown.page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    await shown.page.getByText('npm start', { exact: true }).waitFor();
  });

  test('is asked for on every page', async () => {
    shown.api.state.signedIn = false;
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

describe('giving a goal', () => {
  test('uploads the files at once, follows them until they are read, and sends all with the session token', async () => {
    await shown.adjutant.open();
    await shown.adjutant.attach(join(samples, 'oakhurst-agreement.docx'));
    await shown.page.getByText('Reading page 2 of 4').waitFor();
    const [view] = shown.api.state.files.values();
    shown.api.state.files.set(view!.id, file(100, { ...view!, status: 'ready', progress: 1 }));
    shown.api.emit({ stream: `file/${view!.id}`, type: 'file.processed', data: { passages: 3, pages: 4 } });
    await shown.page.getByText('4 pages').waitFor();
    await shown.adjutant.giveGoal('List every deadline');
    const sent = shown.api.posted.find(({ path }) => path === '/api/v2/tasks');
    expect(sent).toMatchObject({
      body: { goal: 'List every deadline', files: [view!.id] },
      csrf: 'csrf-of-the-test',
    });
    expect(sent?.key).toMatch(/^[0-9a-f]{32}$/);
  });

  test('says before it starts what it is going to cost, and takes a limit', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open();
    await adjutant.goalField.fill('Compare three suppliers');
    await page.getByText('Expected $0.12 to $0.40, 1m 00s to 5m 00s').waitFor();
    const limit = page.getByRole('textbox', { name: 'Limit $' });
    expect(await limit.getAttribute('placeholder')).toBe('5.00');
    await limit.fill('much');
    await page.getByText('The limit is an amount in dollars, such as 2.50').first().waitFor();
    expect(await page.getByRole('button', { name: 'Run' }).getAttribute('aria-disabled')).toBe('true');
    await limit.fill('2.5');
    api.state.forecast = forecast({ warning: 'Nine of ten goals like it cost more.' });
    await page.getByText('Nine of ten goals like it cost more.').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.waitForURL(/tasks/);
    expect(api.posted.findLast(({ path }) => path === '/api/v2/tasks')?.body).toMatchObject({
      goal: 'Compare three suppliers',
      budget: { usd: 2.5 },
    });
  });

  test('says what is wrong with a file and lets it be replaced', async () => {
    shown.api.state.refuseUpload = {
      status: 422,
      code: 'encrypted_file',
      detail: 'Remove the password and upload it again.',
    };
    await shown.adjutant.open();
    await shown.adjutant.goalField.fill('List every deadline');
    await shown.adjutant.attach(join(samples, 'incident-log-2026.csv'));
    await shown.page.getByText('Remove the password and upload it again.').waitFor();
    expect(await shown.adjutant.runButton.getAttribute('aria-disabled')).toBe('true');
    shown.api.state.refuseUpload = null;
    const [chooser] = await Promise.all([
      shown.page.waitForEvent('filechooser'),
      shown.page.getByRole('button', { name: 'Replace' }).click(),
    ]);
    await chooser.setFiles(join(samples, 'incident-log-2026.csv'));
    await shown.page.locator('button[type=submit][aria-disabled=false]').waitFor();
  });

  test('by the sample sends the three documents and the sample goal', async () => {
    await shown.adjutant.open();
    await shown.adjutant.trySample();
    const sent = shown.api.posted.find(({ path }) => path === '/api/v2/tasks')?.body as {
      goal: string;
      files: string[];
    };
    expect(sent.goal).toBe(goal);
    expect([...shown.api.state.files.values()].map(({ name }) => name).sort()).toEqual([
      'incident-log-2026.csv',
      'oakhurst-agreement.docx',
      'operations-report-q3-2026.pdf',
    ]);
    expect(sent.files).toHaveLength(3);
  });
});

describe('watching a goal', () => {
  test('shows the steps of a workflow that a step runs, and about that step itself', async () => {
    const childRunId = idOf('run', 61);
    const check = step(1, {
      key: 'check',
      title: 'Check it',
      kind: 'workflow',
      childRunId,
      status: 'in_progress',
    });
    const hold = step(2, { key: 'hold', title: 'Hold on', kind: 'wait', status: 'waiting' });
    shown.api.state.tree = treeOf({ steps: [check], nested: { [childRunId]: [hold] } });
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.adjutant.step(/Hold on/).click();
    await shown.adjutant.sheet.getByRole('heading', { name: 'Hold on' }).waitFor();
    await shown.page.getByRole('link', { name: 'About this step' }).click();
    await shown.adjutant.sheet.getByRole('heading', { name: 'Check it' }).waitFor();
    expect(await axeFaults(shown.page)).toEqual([]);
  });

  test('shows states, agents, attempts, costs, why something waits and what was not taken', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.adjutant.step(/Weigh the risks/).waitFor();
    const plan = await shown.page.getByRole('region', { name: 'Plan' }).innerText();
    expect(plan).toMatch(/4 of 7 steps done/);
    expect(plan).toMatch(/Weigh the risks\s+attempt 2\s+An\s+Analyst\s+fits best/i);
    expect(plan).toMatch(/Waits for an agent: All three slots of the Reviewer are taken/);
    expect(plan).toMatch(/Not taken: steps.weigh.output.insured is false/);
    expect(plan).toMatch(/Read each document\s+3 steps/);
    expect(await shown.adjutant.step(/Read oakhurst/).count()).toBe(0);
    await shown.page.getByRole('button', { name: /Read each document/ }).click();
    await shown.adjutant.step(/Read oakhurst/).waitFor();
  });

  test('says everywhere which worker is missing and how it is started, until one is there', async () => {
    const { adjutant, page, api } = shown;
    const repairs = { woken: 0, cancelled: 0, failed: 0 };
    const reconciled = { by: 'one', at: at(9), unserved: ['models (activity)'], repairs };
    api.state.operations = allWell({ reconciled });
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByText('No worker calls models.').waitFor();
    expect(await page.getByText('npm run start:worker').count()).toBe(1);
    expect(await axeFaults(page)).toEqual([]);
    api.state.operations = allWell();
    await adjutant.open('/inbox');
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    expect(await page.getByText('No worker calls models.').count()).toBe(0);
  });

  test('follows what happens, and the text that is being written', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.adjutant.step(/Weigh the risks/).waitFor();
    await waitFor(async () => (await shown.adjutant.connection()) === 'Live', { what: 'the live feed' });
    const weigh = idOf('tsk', 102);
    shown.api.tokens({
      stream: `task/${weigh}`,
      callId: 'mdc_1',
      try: 1,
      offset: 0,
      text: 'The largest customer ',
    });
    shown.api.tokens({ stream: `task/${weigh}`, callId: 'mdc_1', try: 1, offset: 21, text: 'may leave.' });
    await shown.page.getByText('The largest customer may leave.').waitFor();
    shown.api.state.tree = completed();
    shown.api.emit({ type: 'task.completed', data: { chars: 900 } });
    expect(await shown.adjutant.readResult(5000)).toMatch(/Three risks stand out/);
    expect(await shown.adjutant.status()).toBe('Completed');
    expect(await shown.page.getByText('may leave.', { exact: true }).count()).toBe(0);
  });

  test('shows older goals on demand, the first of them with the focus', async () => {
    const { adjutant, page, api } = shown;
    api.state.goals = Array.from({ length: 40 }, (_, n) =>
      task({ id: idOf('tsk', 500 + n), title: `Goal ${n}` }),
    );
    await adjutant.open('/');
    const list = page.getByRole('region', { name: 'Recent goals' });
    await list.getByText('20 of 40').waitFor();
    await list.getByRole('button', { name: 'Show more' }).press('Enter');
    await list.getByRole('link', { name: 'Goal 39' }).waitFor();
    await waitFor(
      () => list.getByRole('link', { name: 'Goal 20' }).evaluate((link) => link === document.activeElement),
      { what: 'the focus' },
    );
    expect(await list.getByRole('button').count()).toBe(0);
  });

  test('says what could not be loaded in a goal, which is not the same as nothing being there', async () => {
    const { adjutant, page } = shown;
    await page.route('**/api/v2/approvals?*', (route) => route.fulfill({ status: 500, body: '' }));
    await adjutant.open(`/tasks/${taskId}`);
    const failed = page.getByRole('alert').filter({ hasText: 'Could not load the approvals' });
    await failed.waitFor();
    await page.unrouteAll();
    await failed.getByRole('button', { name: 'Try again' }).click();
    await failed.waitFor({ state: 'detached' });
  });

  test('says of a goal that waits the same in the list, beside it and in it, as soon as nothing of it is at work', async () => {
    const { adjutant, page, api } = shown;
    api.state.goals = [api.state.tree.task];
    await adjutant.open('/');
    const inList = page.getByRole('region', { name: 'Recent goals' }).getByRole('link');
    await inList.getByRole('img', { name: 'In progress' }).waitFor();
    const asks = { for: 'person' as const, detail: 'Which year counts?', since: new Date().toISOString() };
    api.state.tree = { ...api.state.tree, task: { ...api.state.tree.task, held: asks } };
    api.state.goals = [api.state.tree.task];
    api.emit({ type: 'step.started', stream: 'run/run_1', data: {} });
    await inList.getByText('Waits for a person: Which year counts?').waitFor();
    const beside = page.getByRole('list', { name: 'Recent' }).getByRole('img', { name: 'Waiting' });
    await beside.waitFor();
    await inList.click();
    await page.waitForURL(/\/tasks\//);
    expect(await adjutant.status()).toBe('Waiting');
  });

  test('survives a server that goes away, and catches up when it is back', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await waitFor(async () => (await shown.adjutant.connection()) === 'Live', { what: 'the live feed' });
    shown.api.goOffline();
    await shown.page.getByText('your work goes on without you').waitFor();
    shown.api.state.tree = completed();
    shown.api.comeBack();
    // The page tries again by itself, too: then there is nothing left to press.
    await shown.page
      .getByRole('button', { name: 'Retry' })
      .click({ timeout: 2000 })
      .catch(() => undefined);
    expect(await shown.adjutant.readResult(10_000)).toMatch(/Three risks/);
    expect(await shown.page.getByText('your work goes on').count()).toBe(0);
  });

  test('shows no data on its way to people who want the plan', async () => {
    shown.api.state.tree = treeOf({ plan: false, task: { status: 'in_progress', waiting: null } });
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.page.getByText('Making the plan.').waitFor();
    await waitFor(async () => (await shown.adjutant.connection()) === 'Live', { what: 'the live feed' });
    const text = '{"name":"Read","steps":[';
    shown.api.tokens({ stream: `task/${taskId}`, callId: 'mdc_1', try: 1, offset: 0, text });
    await shown.page.getByText(`Data, ${text.length} characters so far`).waitFor();
    expect(await shown.page.getByText('"steps"').count()).toBe(0);
  });

  test('opens a step by its address, with attempts, choice, events and model calls', async () => {
    await shown.adjutant.open(`/tasks/${taskId}?step=weigh`);
    await shown.adjutant.sheet.getByText('claude-sonnet, try 2').waitFor();
    const text = await shown.adjutant.sheet.innerText();
    expect(text).toMatch(/Attempt 1[\s\S]*The provider answered 429 after three passages/);
    expect(text).toMatch(/Why Analyst[\s\S]*two of three slots free[\s\S]*0\.91/);
    expect(text).toMatch(/Task created/);
    expect(text).toMatch(/claude-sonnet, try 2/);
  });

  test('opens a model call: what was sent, what came back, why it went there, what did not fit', async () => {
    const { adjutant, page } = shown;
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await page.getByRole('listitem').getByRole('button', { name: 'analyse' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Model call: work, turn 1' });
    await dialog.getByText('You are the Analyst.').first().waitFor();
    const text = await dialog.innerText();
    for (const part of [
      'Three risks stand out.',
      'cheapest of two',
      '0.71',
      '$3 in, $0.30 cached, $15 out per million tokens, as of 2026-11-01.',
      'It did not fit.',
      'search_files({"query":"delay"})',
    ])
      expect(text).toContain(part);
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('opens a search of the web like a model call, with what searches cost', async () => {
    const { adjutant, api, page } = shown;
    const price = { inputPerMTok: 0.1, outputPerMTok: 0.5, asOf: '2026-11-01' };
    api.state.openedCall = {
      purpose: 'web_search',
      turn: 2,
      request: { kind: 'search', model: 'gpt-small', system: 'Search once.', searches: 1 },
      messages: [{ role: 'user', content: { text: 'Query: tides' } }],
      route: { reason: 'gpt-small searches the web for the least money.', candidates: [], rejected: [] },
      packing: null,
      price: { ...price, search: { usdPerThousand: 10, asOf: '2026-11-01', checked: false } },
      reply: { text: '1. Tides\nhttps://tides.test/', data: [] },
      tries: [{ ...(ledger[1] as LedgerEntryView), kind: 'search', searches: 1 }],
    };
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await page.getByRole('listitem').getByRole('button', { name: 'analyse' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Search of the web: web_search, turn 2' });
    await dialog.getByText('Query: tides').waitFor();
    const text = await dialog.innerText();
    for (const part of [
      'https://tides.test/',
      'for the least money',
      '$10 per thousand searches',
      'Searches',
    ])
      expect(text).toContain(part);
  });

  test('cancels only after asking in place', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await shown.page.getByRole('button', { name: 'Keep' }).click();
    expect(shown.api.posted).toEqual([]);
    await shown.adjutant.cancel();
    await shown.page.getByText('This goal was cancelled').waitFor();
    expect(await shown.adjutant.status()).toBe('Cancelled');
  });

  test('says why it waits for a model', async () => {
    const detail = 'No configured model is fit to plan.';
    shown.api.state.tree = treeOf({
      plan: false,
      task: { waiting: { for: 'model', detail, since: at(700) } },
    });
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.page.getByRole('region', { name: 'Waits for a model' }).getByText(detail).waitFor();
  });

  test('says why it failed', async () => {
    const error = { code: 'step_failed', message: 'The model answered with no JSON, three times.' };
    shown.api.state.tree = treeOf({ task: { status: 'failed', waiting: null, error, endedAt: at(300) } });
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.page.getByText(error.message).waitFor();
  });

  test('does not take an unknown goal for an empty one', async () => {
    await shown.adjutant.open(`/tasks/${idOf('tsk', 999)}`);
    await shown.page.getByRole('heading', { name: 'Could not load this goal' }).waitFor();
  });
});

describe('the result', () => {
  test('is copied and downloaded as the Markdown that it is', async () => {
    await shown.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    shown.api.state.tree = completed();
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await shown.page.getByText('Copied').waitFor();
    expect(await shown.page.evaluate('navigator.clipboard.readText()')).toBe(memo);
    const [download] = await Promise.all([
      shown.page.waitForEvent('download'),
      shown.page.getByRole('button', { name: 'Download as Markdown' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('board-memo-the-three-biggest-risks.md');
  });

  test('is shown without pictures or HTML that a model may have written', async () => {
    const markdown = 'Text ![x](/evil.png) <b onclick="alert(1)">bold</b> [a](javascript:alert(1))';
    shown.api.state.tree = treeOf({ task: { status: 'completed', waiting: null, result: { markdown } } });
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.adjutant.result
      .getByRole('link', { name: 'a' })
      .or(shown.adjutant.result.locator('a'))
      .first()
      .waitFor();
    expect(await shown.adjutant.result.locator('img, b').count()).toBe(0);
    expect(await shown.adjutant.result.locator('a').first().getAttribute('href')).not.toMatch(/javascript/);
  });
});
