import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { closeLater } from '../support/close-later.ts';
import { waitFor } from '../support/wait-for.ts';
import { AdjutantPage } from './support/adjutant-page.ts';

import { buildPage } from './support/build-page.ts';
import { type FakeApi, startFakeApi } from './support/fake-api.ts';
import {
  at,
  doneSteps,
  file,
  goal,
  memo,
  models,
  runningSteps,
  task,
  taskId,
  treeOf,
} from './support/fixtures.ts';
import { idOf } from './support/ids.ts';

const samples = join(import.meta.dirname, '..', '..', 'samples');
const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
const small = { width: 320, height: 640 };

let browser: Browser;
let folder: string;
let api: FakeApi;
let context: BrowserContext;
let page: Page;
let adjutant: AdjutantPage;
let faults: string[];

beforeAll(async () => {
  folder = await buildPage();
  browser = await openBrowser();
}, 120_000);

beforeEach(async () => {
  const fake = await startFakeApi(folder);
  closeLater('fake API', () => fake.close());
  api = fake;
  await show(wide);
});

afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

async function show(viewport: typeof wide, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
  await context?.close().catch(() => undefined);
  context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  adjutant = new AdjutantPage(page, api.url);
}

const completed = () =>
  treeOf({
    steps: doneSteps(),
    task: { status: 'completed', waiting: null, result: { markdown: memo }, endedAt: at(800) },
  });

describe('signing in', () => {
  test('opens the link once and goes to the goals, without the token in the address', async () => {
    api.state.signedIn = false;
    await adjutant.signIn('/sign-in#good');
    expect(page.url()).toBe(`${api.url}/`);
    expect(api.posted.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: '/api/v2/session', body: { token: 'good' } },
    ]);
  });

  test('with an expired link says how to get a new one', async () => {
    api.state.signedIn = false;
    await adjutant.open('/sign-in#old');
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    await page.getByText('npm start', { exact: true }).waitFor();
  });

  test('is asked for on every page', async () => {
    api.state.signedIn = false;
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

describe('giving a goal', () => {
  test('uploads the files at once, follows them until they are read, and sends all with the session token', async () => {
    await adjutant.open();
    await adjutant.attach(join(samples, 'oakhurst-agreement.docx'));
    await page.getByText('Reading page 2 of 4').waitFor();
    const [view] = api.state.files.values();
    api.state.files.set(view!.id, file(100, { ...view!, status: 'ready', progress: 1 }));
    api.emit({ stream: `file/${view!.id}`, type: 'file.processed', data: { passages: 3, pages: 4 } });
    await page.getByText('4 pages').waitFor();
    await adjutant.giveGoal('List every deadline');
    const sent = api.posted.find(({ path }) => path === '/api/v2/tasks');
    expect(sent).toMatchObject({
      body: { goal: 'List every deadline', files: [view!.id] },
      csrf: 'csrf-of-the-test',
    });
    expect(sent?.key).toMatch(/^[0-9a-f]{32}$/);
  });

  test('says what is wrong with a file and lets it be replaced', async () => {
    api.state.refuseUpload = {
      status: 422,
      code: 'encrypted_file',
      detail: 'Remove the password and upload it again.',
    };
    await adjutant.open();
    await adjutant.goalField.fill('List every deadline');
    await adjutant.attach(join(samples, 'incident-log-2026.csv'));
    await page.getByText('Remove the password and upload it again.').waitFor();
    expect(await adjutant.runButton.getAttribute('aria-disabled')).toBe('true');
    api.state.refuseUpload = null;
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Replace' }).click(),
    ]);
    await chooser.setFiles(join(samples, 'incident-log-2026.csv'));
    await page.locator('button[type=submit][aria-disabled=false]').waitFor();
  });

  test('by the sample sends the three documents and the sample goal', async () => {
    await adjutant.open();
    await adjutant.trySample();
    const sent = api.posted.find(({ path }) => path === '/api/v2/tasks')?.body as {
      goal: string;
      files: string[];
    };
    expect(sent.goal).toBe(goal);
    expect([...api.state.files.values()].map(({ name }) => name).sort()).toEqual([
      'incident-log-2026.csv',
      'oakhurst-agreement.docx',
      'operations-report-q3-2026.pdf',
    ]);
    expect(sent.files).toHaveLength(3);
  });

  test('with the built-in model alone says what it is for, and how to add another', async () => {
    await adjutant.open();
    await page.getByText('The built-in model is for trying things out.').waitFor();
    await page.getByRole('button', { name: 'Add a model' }).click();
    await page.getByRole('dialog').getByText('ANTHROPIC_API_KEY=').waitFor();
    api.state.models = [models.builtIn, models.capable];
    await page.reload();
    await adjutant.goalField.waitFor();
    await waitFor(async () => (await page.getByText('anthropic').count()) > 0, { what: 'the provider' });
    expect(await page.getByText('for trying things out').count()).toBe(0);
  });
});

describe('watching a goal', () => {
  test('shows states, agents, attempts, costs, why something waits and what was not taken', async () => {
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.step(/Weigh the risks/).waitFor();
    const plan = await page.getByRole('region', { name: 'Plan' }).innerText();
    expect(plan).toMatch(/4 of 7 steps done/);
    expect(plan).toMatch(/Weigh the risks\s+attempt 2\s+An\s+Analyst/i);
    expect(plan).toMatch(/Waits for a free agent: All three slots of the Reviewer are taken/);
    expect(plan).toMatch(/Not taken: steps.weigh.output.insured is false/);
    expect(plan).toMatch(/Read each document\s+3 steps/);
    expect(await adjutant.step(/Read oakhurst/).count()).toBe(0);
    await page.getByRole('button', { name: /Read each document/ }).click();
    await adjutant.step(/Read oakhurst/).waitFor();
  });

  test('follows what happens, and the text that is being written', async () => {
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.step(/Weigh the risks/).waitFor();
    await waitFor(async () => (await adjutant.connection()) === 'Live', { what: 'the live feed' });
    const weigh = idOf('tsk', 102);
    api.tokens({ taskId: weigh, callId: 'mdc_1', try: 1, offset: 0, text: 'The largest customer ' });
    api.tokens({ taskId: weigh, callId: 'mdc_1', try: 1, offset: 21, text: 'may leave.' });
    await page.getByText('The largest customer may leave.').waitFor();
    api.state.tree = completed();
    api.emit({ type: 'task.completed', data: { chars: 900 } });
    expect(await adjutant.readResult(5000)).toMatch(/Three risks stand out/);
    expect(await adjutant.status()).toBe('Completed');
    expect(await page.getByText('may leave.', { exact: true }).count()).toBe(0);
  });

  test('survives a server that goes away, and catches up when it is back', async () => {
    await adjutant.open(`/tasks/${taskId}`);
    await waitFor(async () => (await adjutant.connection()) === 'Live', { what: 'the live feed' });
    api.goOffline();
    await page.getByText('your work goes on without you').waitFor();
    api.state.tree = completed();
    api.comeBack();
    await page.getByRole('button', { name: 'Retry' }).click();
    expect(await adjutant.readResult(10_000)).toMatch(/Three risks/);
    expect(await page.getByText('your work goes on').count()).toBe(0);
  });

  test('opens a step by its address, with attempts, choice, events and model calls', async () => {
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await adjutant.sheet.getByText('claude-sonnet, try 2').waitFor();
    const text = await adjutant.sheet.innerText();
    expect(text).toMatch(/Attempt 1[\s\S]*The provider answered 429 after three passages/);
    expect(text).toMatch(/Why Analyst[\s\S]*two of three slots free[\s\S]*0\.91/);
    expect(text).toMatch(/Task created/);
    expect(text).toMatch(/claude-sonnet, try 2/);
  });

  test('cancels only after asking in place', async () => {
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(api.posted).toEqual([]);
    await adjutant.cancel();
    await page.getByText('This goal was cancelled').waitFor();
    expect(await adjutant.status()).toBe('Cancelled');
  });

  test('says why it waits for a model', async () => {
    const detail = 'No configured model is fit to plan.';
    api.state.tree = treeOf({ plan: false, task: { waiting: { for: 'model', detail, since: at(700) } } });
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByRole('region', { name: 'Waits for a model' }).getByText(detail).waitFor();
  });

  test('says why it failed', async () => {
    const error = { code: 'step_failed', message: 'The model answered with no JSON, three times.' };
    api.state.tree = treeOf({ task: { status: 'failed', waiting: null, error, endedAt: at(300) } });
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByText(error.message).waitFor();
  });

  test('does not take an unknown goal for an empty one', async () => {
    await adjutant.open(`/tasks/${idOf('tsk', 999)}`);
    await page.getByRole('heading', { name: 'Could not load this goal' }).waitFor();
  });
});

describe('the result', () => {
  test('is copied and downloaded as the Markdown that it is', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    api.state.tree = completed();
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(memo);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as Markdown' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('board-memo-the-three-biggest-risks.md');
  });

  test('is shown without pictures or HTML that a model may have written', async () => {
    const markdown = 'Text ![x](/evil.png) <b onclick="alert(1)">bold</b> [a](javascript:alert(1))';
    api.state.tree = treeOf({ task: { status: 'completed', waiting: null, result: { markdown } } });
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.result.getByRole('link', { name: 'a' }).or(adjutant.result.locator('a')).first().waitFor();
    expect(await adjutant.result.locator('img, b').count()).toBe(0);
    expect(await adjutant.result.locator('a').first().getAttribute('href')).not.toMatch(/javascript/);
  });
});

describe('by keyboard', () => {
  test('C and / write a goal, ? shows the keys, Esc closes them', async () => {
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.step(/Weigh the risks/).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('c');
    await page.locator('#goal:focus').waitFor();
    await page.keyboard.type('c/?');
    expect(await adjutant.goalField.inputValue()).toBe('c/?');
  });

  test('J and K walk the steps, the address goes along, Esc closes', async () => {
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.step(/Weigh the risks/).focus();
    await page.keyboard.press('Enter');
    await adjutant.sheet.waitFor();
    expect(new URL(page.url()).searchParams.get('step')).toBe('weigh');
    await page.keyboard.press('j');
    await adjutant.sheet.getByRole('heading', { name: 'Check the figures' }).waitFor();
    await page.keyboard.press('k');
    await adjutant.sheet.getByRole('heading', { name: 'Weigh the risks' }).waitFor();
    await page.keyboard.press('Escape');
    await adjutant.sheet.waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${api.url}/tasks/${taskId}`);
  });

  test('the theme goes from the system to light to dark, and is kept', async () => {
    await adjutant.open();
    const theme = () => page.locator('html').getAttribute('data-theme');
    await page.getByRole('button', { name: 'Theme: follows the system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    expect(await theme()).toBe('dark');
    await page.reload();
    expect(await theme()).toBe('dark');
  });
});

describe('every view', () => {
  const failedSteps = runningSteps().map((each) =>
    each.key === 'weigh' ? { ...each, status: 'failed' as const, reason: 'No JSON' } : each,
  );
  const views: Record<string, { path: string; set?: () => void; ready: string | RegExp }> = {
    'sign-in': { path: '/', set: () => void (api.state.signedIn = false), ready: 'Sign in' },
    'first run': { path: '/', ready: 'No goals yet' },
    goals: {
      path: '/',
      set: () => void (api.state.goals = [task(), task({ id: idOf('tsk', 2), title: 'x'.repeat(200) })]),
      ready: 'Recent goals',
    },
    'running goal': { path: `/tasks/${taskId}`, ready: 'Weigh the risks' },
    step: { path: `/tasks/${taskId}?step=weigh`, ready: 'claude-sonnet, try 2' },
    memo: {
      path: `/tasks/${taskId}`,
      set: () => void (api.state.tree = completed()),
      ready: 'Three risks stand out',
    },
    failure: {
      path: `/tasks/${taskId}`,
      set: () => {
        const error = { code: 'step_failed', message: 'The step failed.' };
        api.state.tree = treeOf({ steps: failedSteps, task: { status: 'failed', waiting: null, error } });
      },
      ready: 'This goal failed',
    },
  };
  const names = Object.keys(views);

  test.each(names)('has no fault that axe finds, in both themes: %s', async (name) => {
    for (const scheme of ['light', 'dark'] as const) {
      await openView(name, wide, scheme);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
      ).toEqual([]);
    }
  });

  test.each(names)('fits a phone, and 320 pixels: %s', async (name) => {
    for (const viewport of [phone, small]) {
      await openView(name, viewport, 'light');
      expect(await adjutant.overflow()).toBe(0);
    }
  });

  async function openView(name: string, viewport: typeof wide, scheme: 'light' | 'dark'): Promise<void> {
    const view = views[name]!;
    await show(viewport, scheme);
    view.set?.();
    await adjutant.open(view.path);
    await page.getByText(view.ready).filter({ visible: true }).first().waitFor();
  }
});
