import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Step } from '../../src/contracts/run.ts';
import { WorkflowDefinition } from '../../src/contracts/workflow.ts';
import { waitFor } from '../support/wait-for.ts';
import { plan } from './support/decision-fixtures.ts';
import { agents, at, completed, failedTree, runId, step, taskId, treeOf } from './support/fixtures.ts';
import { idOf } from './support/ids.ts';
import { axeFaults, phone, shownPage } from './support/shown-page.ts';

const shown = shownPage();

describe('a goal', () => {
  test('is paused and goes on, and says so', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.pause();
    await page.getByRole('region', { name: 'Paused' }).getByText('Paused by a person').waitFor();
    expect(await adjutant.status()).toBe('Paused');
    await adjutant.resume();
    await page.getByRole('region', { name: 'Paused' }).waitFor({ state: 'detached' });
    expect(await adjutant.status()).toBe('In progress');
    expect(api.posted.map(({ path }) => path.split('/').at(-1))).toEqual(['pause', 'resume']);
  });

  test('that cannot be paused or cancelled says why, on a phone too', async () => {
    const { adjutant, page } = shown;
    const detail = 'The goal has ended already, so there is nothing that could be paused.';
    const refusal = { status: 409, contentType: 'application/problem+json' };
    const body = JSON.stringify({
      type: 'about:blank',
      title: 'x',
      status: 409,
      code: 'wrong_state',
      detail,
    });
    for (const verb of ['pause', 'cancel'])
      await page.route(`**/tasks/*/${verb}`, (route) => route.fulfill({ ...refusal, body }));
    await shown.show(phone);
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.pause();
    const said = page.getByRole('alert').filter({ hasText: detail });
    expect((await said.boundingBox())?.width).toBeGreaterThan(300);
    await adjutant.cancel();
    await waitFor(async () => (await said.count()) === 2, { what: 'both refusals' });
    expect(await adjutant.overflow()).toBe(0);
    await page.unrouteAll();
  });

  test('that failed is tried again', async () => {
    const { adjutant, page, api } = shown;
    api.state.tree = failedTree();
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByText('This goal failed').waitFor();
    await adjutant.retry();
    await page.getByText('This goal failed').waitFor({ state: 'detached' });
    expect(api.posted.map(({ path }) => path)).toEqual([`/api/v2/tasks/${taskId}/retry`]);
  });

  test('that is done offers none of it, nor does any to a viewer', async () => {
    const { adjutant, page, api } = shown;
    const controls = page.getByRole('button', { name: /^(Pause|Resume|Retry|Cancel|Approve|Deny)/ });
    api.state.tree = completed();
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.readResult(5000);
    expect(await controls.count()).toBe(0);
    api.state.tree = failedTree();
    api.state.role = 'viewer';
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await page.getByText('This goal failed').waitFor();
    expect(await controls.count()).toBe(0);
  });
});

describe('a failed step', () => {
  test('is retried with another goal and another agent; only what was changed is sent', async () => {
    const { adjutant, api } = shown;
    api.state.tree = failedTree();
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await adjutant.sheet.getByRole('button', { name: 'Retry from this step' }).click();
    const form = adjutant.sheet.getByRole('form', { name: 'Retry from this step' });
    const goal = form.getByRole('textbox', { name: 'Goal' });
    expect(await goal.inputValue()).toMatch(/^Weigh the risks/);
    await goal.fill('Weigh the two largest risks');
    await form.getByRole('option', { name: 'Reviewer' }).waitFor({ state: 'attached' });
    expect(await form.getByRole('option', { name: 'Chief of Staff' }).count()).toBe(0);
    await form.getByRole('combobox', { name: 'Agent' }).selectOption({ label: 'Reviewer' });
    await form.getByRole('button', { name: 'Retry' }).click();
    await form.waitFor({ state: 'detached' });
    const changes = { goal: 'Weigh the two largest risks', agentId: agents.reviewer.id };
    expect(api.posted).toMatchObject([
      { path: `/api/v2/runs/${runId}/retry`, body: { from: 'weigh', changes } },
    ]);
  });

  test('is retried with other instructions and another model for it alone', async () => {
    const { adjutant, api } = shown;
    api.state.tree = failedTree();
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await adjutant.sheet.getByRole('button', { name: 'Retry from this step' }).click();
    await adjutant.sheet.getByText('Other instructions or model').click();
    await adjutant.sheet.getByRole('textbox', { name: 'Instructions' }).fill('Be brief.');
    await adjutant.sheet.getByRole('textbox', { name: 'Model' }).fill('gpt-large');
    await adjutant.sheet.getByRole('button', { name: 'Retry', exact: true }).click();
    await adjutant.sheet.getByRole('form', { name: 'Retry from this step' }).waitFor({ state: 'detached' });
    const changes = { instructions: 'Be brief.', model: 'gpt-large' };
    expect(api.posted.map(({ body }) => body)).toEqual([{ from: 'weigh', changes }]);
  });

  test('says at the field what is wrong with a change, and Esc leaves all as it is', async () => {
    const { adjutant, page, api } = shown;
    api.state.tree = failedTree();
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await adjutant.sheet.getByRole('button', { name: 'Retry from this step' }).click();
    const goal = adjutant.sheet.getByRole('textbox', { name: 'Goal' });
    await goal.fill('Impossible');
    await adjutant.sheet.getByRole('button', { name: 'Retry', exact: true }).click();
    await adjutant.sheet.getByText('Nobody can do this.').waitFor();
    expect(await goal.getAttribute('aria-invalid')).toBe('true');
    await goal.focus();
    await page.keyboard.press('Escape');
    await goal.waitFor({ state: 'detached' });
    await adjutant.sheet.waitFor();
  });
});

test('a step that waits shows its work without the wait, and the wait beside it', async () => {
  const { adjutant, api } = shown;
  const waiting = { for: 'capacity' as const, detail: 'All slots are taken.', since: at(130) };
  const waits = step(3, { key: 'check', title: 'Check', status: 'waiting', waiting, startedAt: at(100) });
  api.state.tree = treeOf({ steps: [waits] });
  await adjutant.open(`/tasks/${taskId}?step=check`);
  const figures = adjutant.sheet.getByRole('region', { name: 'Figures' });
  expect(await figures.innerText()).toMatch(/Duration\s+30s\s+Waiting\s+\d+m \d\ds, free/);
});

test('a table in a result is shown as one', async () => {
  const { adjutant, api } = shown;
  const markdown = '| Risk | Source |\n|---|---|\n| Fuel clause | schedule 2 |\n\n- [x] checked';
  api.state.tree = treeOf({ task: { status: 'completed', waiting: null, result: { markdown } } });
  await adjutant.open(`/tasks/${taskId}`);
  await adjutant.result.getByRole('cell', { name: 'schedule 2' }).waitFor();
  expect(await adjutant.result.locator('input').count()).toBe(0);
});

test('a step that has not begun is changed for this run; one that works is not', async () => {
  const { adjutant, api } = shown;
  api.state.tree = treeOf({ steps: [step(0, { key: 'weigh' }), step(1, { key: 'write' })] });
  api.state.plan = plan({ status: 'accepted' });
  await adjutant.open(`/tasks/${taskId}?step=write`);
  await adjutant.sheet.getByRole('button', { name: 'Change this step' }).click();
  const form = adjutant.sheet.getByRole('form', { name: 'Change this step' });
  await form.getByPlaceholder('One page for the board.').waitFor();
  expect(await form.getByRole('button', { name: 'Change' }).isDisabled()).toBe(true);
  await form.getByRole('textbox', { name: 'Goal' }).fill('Half a page.');
  await form.getByRole('button', { name: 'Change' }).click();
  await form.waitFor({ state: 'detached' });
  expect(api.posted).toMatchObject([
    { path: `/api/v2/runs/${runId}/steps/write`, body: { goal: 'Half a page.' } },
  ]);
  api.state.tree = treeOf();
  await adjutant.open(`/tasks/${taskId}?step=weigh`);
  await adjutant.sheet.getByText('Attempt 1').waitFor();
  expect(await adjutant.sheet.getByRole('button', { name: 'Change this step' }).count()).toBe(0);
});

describe('a step that is no agent’s', () => {
  const send = (part: Partial<Step> = {}) =>
    step(1, { key: 'send', kind: 'tool', title: 'Send it', ...part });
  const planned = {
    id: 'send',
    kind: 'tool' as const,
    with: { tool: 'mail.send', arguments: { to: 'ann@tidewater.example', text: 'Hello' } },
  };
  beforeEach(() => {
    shown.api.state.tree = treeOf({ steps: [step(0, { key: 'weigh' }), send()] });
    shown.api.state.plan = plan({
      status: 'accepted',
      definition: WorkflowDefinition.parse({ name: 'Send', steps: [planned] }),
    });
  });

  test('is given other arguments before it begins; what is wrong is said at the field', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}?step=send`);
    await adjutant.sheet.getByRole('button', { name: 'Change this step' }).click();
    const form = adjutant.sheet.getByRole('form', { name: 'Change this step' });
    const field = form.getByRole('textbox', { name: 'Arguments' });
    expect(JSON.parse(await field.inputValue())).toEqual(planned.with.arguments);
    await field.fill('{ "to": ');
    await form.getByText('This is no JSON object.').waitFor();
    expect(await form.getByRole('button', { name: 'Change' }).isDisabled()).toBe(true);
    await field.fill('{ "to": "nobody@tidewater.example" }');
    await form.getByRole('button', { name: 'Change' }).click();
    await form.getByText('Nobody lives there.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await field.fill('{ "to": "bo@tidewater.example" }');
    await form.getByRole('button', { name: 'Change' }).click();
    await form.waitFor({ state: 'detached' });
    expect(api.posted.at(-1)).toMatchObject({
      path: `/api/v2/runs/${runId}/steps/send`,
      body: { with: { arguments: { to: 'bo@tidewater.example' } } },
    });
  });

  test('shows what was changed in it, and is not changed once it is at work', async () => {
    const { adjutant, api } = shown;
    const changes = { with: { arguments: { to: 'bo@tidewater.example' } } };
    const task = { taskId: idOf('tsk', 130), status: 'waiting' as const };
    const waiting = { for: 'approval' as const, detail: 'Somebody is asked.', since: at(10) };
    api.state.tree = treeOf({ steps: [send({ changes, waiting, ...task })] });
    await adjutant.open(`/tasks/${taskId}?step=send`);
    await adjutant.sheet
      .getByRole('region', { name: 'Changed for this run' })
      .getByText(/bo@tide/)
      .waitFor();
    expect(await adjutant.sheet.getByRole('button', { name: 'Change this step' }).count()).toBe(0);
  });

  test('that waits for a time waits for another one', async () => {
    const { adjutant, api } = shown;
    const waiting = { for: 'time' as const, detail: 'Until tomorrow.', since: at(10) };
    const waits = step(1, { key: 'rest', kind: 'wait', title: 'Rest', status: 'waiting', waiting });
    api.state.tree = treeOf({ steps: [waits] });
    const definition = WorkflowDefinition.parse({
      name: 'Rest',
      steps: [{ id: 'rest', kind: 'wait', with: { for: 'P1D' } }],
    });
    api.state.plan = plan({ status: 'accepted', definition });
    await adjutant.open(`/tasks/${taskId}?step=rest`);
    await adjutant.sheet.getByRole('button', { name: 'Change this step' }).click();
    const form = adjutant.sheet.getByRole('form', { name: 'Change this step' });
    await form.getByRole('textbox', { name: 'Waits for' }).fill('PT5S');
    expect(await form.getByRole('textbox').count()).toBe(1);
    await form.getByRole('button', { name: 'Change' }).click();
    await form.waitFor({ state: 'detached' });
    expect(api.posted.at(-1)?.body).toEqual({ with: { for: 'PT5S' } });
  });
});
