import { beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { message, question } from './support/decision-fixtures.ts';
import { runningSteps, step, taskId, treeOf } from './support/fixtures.ts';
import { idOf } from './support/ids.ts';
import { axeFaults, phone, shownPage } from './support/shown-page.ts';

const shown = shownPage();
const asks = 'Which year counts, 2025 or 2026?';

beforeEach(() => {
  shown.api.state.tree = treeOf({ steps: runningSteps() });
});

describe('writing to a task', () => {
  test('sends what is written once, and shows what became of it', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    const box = page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Leave the annex out.');
    await box.press('Control+Enter');
    const said = page.getByRole('article', { name: 'Message', exact: true });
    await said.getByText('Leave the annex out.').waitFor();
    await said.getByText(/delivered$/).waitFor();
    expect(await box.inputValue()).toBe('');
    expect(api.posted).toMatchObject([
      { path: `/api/v2/tasks/${taskId}/messages`, body: { content: { text: 'Leave the annex out.' } } },
    ]);
  });

  test('reaches the agent of one step, in its sheet', async () => {
    const { adjutant, api } = shown;
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    const box = adjutant.sheet.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Mind the fuel clause.');
    await box.press('Enter');
    const said = adjutant.sheet.getByRole('article', { name: 'Message', exact: true });
    await said.getByText('Mind the fuel clause.').waitFor();
    expect(api.posted.map(({ path }) => path)).toEqual([`/api/v2/tasks/${idOf('tsk', 102)}/messages`]);
  });

  test('goes on after hundreds of messages: the newest are shown', async () => {
    const { adjutant, page, api } = shown;
    api.state.messages = Array.from({ length: 230 }, (_, n) =>
      message(n, { content: { text: `Word ${n}.` } }),
    );
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByText('Word 229.').waitFor();
    const said = await page.getByRole('article', { name: 'Message', exact: true }).allInnerTexts();
    expect([said.length, said[0], said.at(-1)]).toMatchObject([
      200,
      expect.stringContaining('Word 30.'),
      expect.stringContaining('Word 229.'),
    ]);
  });

  test('can be taken back until it is read', async () => {
    const { adjutant, page, api } = shown;
    const told = message(1, { state: 'delivered' });
    api.state.messages = [told, message(2, { state: 'read', content: { text: 'Mind the fuel clause.' } })];
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText(/withdrawn: Withdrawn by a person\.$/).waitFor();
    expect(await page.getByRole('button', { name: 'Withdraw' }).count()).toBe(0);
    expect(api.posted.map(({ path }) => path)).toEqual([`/api/v2/messages/${told.id}/withdraw`]);
  });

  test('is not offered when the task is over, nor to a viewer', async () => {
    const { adjutant, page, api } = shown;
    api.state.messages = [message(1, { state: 'read' })];
    api.state.role = 'viewer';
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByText('Leave the annex out.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Message', exact: true }).count()).toBe(0);
  });
});

test('what an agent asked and has withdrawn says by whom and why, and is not asked any more', async () => {
  const withdrawn = { state: 'withdrawn', open: false, reason: 'I was told the year.' } as const;
  shown.api.state.messages = [{ ...question(2, asks), ...withdrawn }];
  await shown.adjutant.open(`/tasks/${taskId}`);
  const said = shown.page.getByRole('article', { name: 'Message of Researcher' });
  await said.getByText(/withdrawn: I was told the year\.$/).waitFor();
  expect(await shown.page.getByRole('region', { name: 'Researcher asks' }).count()).toBe(0);
});

test('what a step of a nested workflow asks stands in the conversation of the goal, too', async () => {
  const nested = idOf('run', 61);
  const outer = step(1, { key: 'check', kind: 'workflow', childRunId: nested, status: 'in_progress' });
  const ask = step(2, { key: 'ask', kind: 'wait', status: 'waiting' });
  shown.api.state.tree = treeOf({ steps: [outer], nested: { [nested]: [ask] } });
  const from = { kind: 'run' as const, id: nested, name: 'The check' };
  shown.api.state.messages = [question(2, asks, { from, fromTaskId: null, runId: nested })];
  await shown.adjutant.open(`/tasks/${taskId}`);
  await shown.page.getByRole('region', { name: 'The check asks' }).getByText(asks).waitFor();
});

describe('what an agent asks', () => {
  beforeEach(() => {
    shown.api.state.messages = [question(2, asks)];
  });
  const card = () => shown.page.getByRole('region', { name: 'Researcher asks' });

  test('stands in the conversation and is answered there', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    await card().getByText(asks).waitFor();
    await card().getByRole('textbox', { name: 'Answer' }).fill('2026');
    await page.keyboard.press('Enter');
    await card().waitFor({ state: 'detached' });
    await page.getByText(asks).waitFor();
    expect(api.posted).toMatchObject([
      { path: '/api/v2/messages', body: { replyTo: api.state.messages[0]?.id, content: { text: '2026' } } },
    ]);
  });

  test('is answered in the sheet of its step, too', async () => {
    const { adjutant, api } = shown;
    const { taskId: ofStep } = api.state.tree.run?.steps.find(({ key }) => key === 'weigh') ?? {};
    api.state.messages = [question(2, asks, { fromTaskId: ofStep ?? null })];
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    const asked = adjutant.sheet.getByRole('region', { name: 'Researcher asks' });
    await asked.getByRole('textbox', { name: 'Answer' }).fill('2026');
    await asked.getByRole('button', { name: 'Answer' }).click();
    await asked.waitFor({ state: 'detached' });
    expect(api.posted).toMatchObject([{ body: { replyTo: api.state.messages[0]?.id } }]);
  });

  test('was answered elsewhere: question and answer stand in the conversation', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    await card().waitFor();
    await waitFor(async () => (await adjutant.connection()) === 'Live', { what: 'the live feed' });
    const answer = message(9, { type: 'reply', content: { text: 'Count 2026.' }, state: 'read' });
    api.state.messages = [question(2, asks, { open: false, answeredBy: answer.id }), answer];
    api.emit({ type: 'message.acknowledged', data: {} });
    await page.getByText('Count 2026.').waitFor();
    await page.getByRole('article', { name: 'Message of Researcher' }).getByText(asks).waitFor();
    expect(await card().count()).toBe(0);
  });

  test('can be used by everybody and fits a phone', async () => {
    await shown.show(phone);
    await shown.adjutant.open(`/tasks/${taskId}`);
    await card().waitFor();
    expect(await axeFaults(shown.page)).toEqual([]);
    expect(await shown.page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width);
  });
});
