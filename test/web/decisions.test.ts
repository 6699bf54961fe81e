import { beforeEach, describe, expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { waitFor } from '../support/wait-for.ts';
import { plan, question, toolApproval, toolServer } from './support/decision-fixtures.ts';
import { approvalId, at, task, taskId, treeOf } from './support/fixtures.ts';
import { idOf } from './support/ids.ts';
import { axeFaults, phone, shownPage } from './support/shown-page.ts';

const shown = shownPage();
const stopped = (part: object) => treeOf({ plan: false, task: { status: 'waiting', ...part } });
const last = () => shown.api.posted.at(-1);

describe('a tool call that people are asked about', () => {
  const card = () => shown.page.getByRole('region', { name: /^Approve: http_request/ });
  beforeEach(() => {
    shown.api.state.tree = treeOf();
    shown.api.state.approvals.set(approvalId, toolApproval());
  });

  test('shows who, where to and exactly what', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    const text = await card().innerText();
    for (const part of ['Writer wants to call', 'mail.tidewater.example', 'The memo, 7 people', 'Risk: high'])
      expect(text).toContain(part);
  });

  test('is agreed to with other arguments; what is no JSON is not sent', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await card().getByRole('button', { name: 'Edit arguments' }).click();
    const field = card().getByRole('textbox', { name: 'Arguments' });
    await field.fill('{');
    await card()
      .getByText(/^This is not JSON/)
      .waitFor();
    await card().getByRole('button', { name: 'Approve' }).click();
    expect(shown.api.posted).toEqual([]);
    await field.fill('{ "method": "GET" }');
    await card().getByRole('button', { name: 'Approve' }).click();
    await shown.page.getByText('What was agreed to, changed').waitFor();
    expect(last()?.body).toEqual({ arguments: { method: 'GET' } });
  });
});

describe('a plan that waits for a person', () => {
  const waiting = { for: 'approval' as const, detail: 'A person accepts the plan first', since: at(9) };
  const card = () => shown.page.getByRole('region', { name: 'Accept this plan? Read, then write' });
  beforeEach(() => {
    shown.api.state.tree = stopped({ waiting });
    shown.api.state.plan = plan();
  });

  test('is shown step by step and accepted', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    const text = await card().innerText();
    for (const part of ['Read each document', 'One page for the board.', 'after “Read each document”'])
      expect(text).toContain(part);
    await card().getByRole('button', { name: 'Accept' }).click();
    await card().waitFor({ state: 'detached' });
    expect(last()).toMatchObject({ path: `/api/v2/tasks/${taskId}/plan/accept`, body: { n: 1 } });
  });

  test('is accepted as edited', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await card().getByRole('button', { name: 'Edit plan' }).click();
    const field = card().getByRole('textbox', { name: 'Plan as JSON' });
    const text = await field.inputValue();
    await field.fill(text.replace('One page for the board.', 'Half a page.'));
    await card().getByRole('button', { name: 'Accept' }).click();
    await card().waitFor({ state: 'detached' });
    expect(JSON.stringify(last()?.body)).toContain('Half a page.');
  });

  test('that is a new rest says what is new in it, and what was there before', async () => {
    const proposal = {
      ...{ n: 1, kind: 'first' as const, status: 'rejected' as const, origin: 'model' as const },
      ...{ reason: '', workflowId: null, version: null, changes: null, corrections: null },
      ...{ decidedBy: null, edited: false, note: 'Too long.', createdAt: at(2), decidedAt: at(3) },
    };
    const changes = { added: ['write'], removed: ['draft'], kept: ['read'] };
    const revision = { ...proposal, n: 2, kind: 'revision' as const, status: 'proposed' as const, changes };
    shown.api.state.plan = plan({ reason: 'The draft failed.', history: [proposal, revision] });
    shown.api.state.tree = treeOf({ task: { status: 'waiting', waiting } });
    await shown.adjutant.open(`/tasks/${taskId}`);
    const rest = shown.page.getByRole('region', { name: /^Accept the new rest of this plan/ });
    const text = await rest.innerText();
    for (const part of ['The draft failed.', 'Write the memo new', 'No longer in it: draft'])
      expect(text).toContain(part);
    const history = shown.page.getByRole('region', { name: 'Changes of the plan' });
    expect(await history.innerText()).toMatch(/A plan was sent back\s+“Too long.”/);
  });

  test('is sent back only with a reason', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    const back = card().getByRole('button', { name: 'Send back' });
    expect(await back.isDisabled()).toBe(true);
    await card().getByRole('textbox', { name: 'What is wrong with it' }).fill('Check the figures too.');
    await back.click();
    await card().waitFor({ state: 'detached' });
    expect(last()?.body).toEqual({ n: 1, reason: 'Check the figures too.' });
  });
});

describe('a goal that stands still', () => {
  const person = { for: 'person' as const, detail: 'A guard stopped it', since: at(9) };

  test('because of a guard is let go on', async () => {
    const guard = { guard: 'turns' as const, detail: 'Thirty turns are used up.' };
    shown.api.state.tree = stopped({ waiting: person, guard });
    await shown.adjutant.open(`/tasks/${taskId}`);
    const card = shown.page.getByRole('region', { name: 'Stopped by a guard' });
    await card.getByText('Thirty turns are used up.').waitFor();
    await card.getByRole('button', { name: 'Let it go on' }).click();
    await card.waitFor({ state: 'detached' });
    expect(last()?.path).toBe(`/api/v2/tasks/${taskId}/lift-guard`);
  });

  test('because nobody is able: the missing agent is created where it is said', async () => {
    const nobodyAble = {
      missing: [{ capability: 'video_editing', level: 3, best: null }],
      missingTools: [],
      suggestedAgent: AgentSpec.parse({ name: 'Video editor', role: 'master_operator' }),
    };
    const waiting = {
      for: 'capacity' as const,
      detail: 'No Master Operator has video_editing at level 3.',
      since: at(9),
      nobodyAble,
    };
    shown.api.state.tree = stopped({
      waiting,
      role: 'master_operator',
      agent: null,
      attempt: 0,
      attempts: [],
    });
    await shown.adjutant.open(`/tasks/${taskId}`);
    const card = shown.page.getByRole('region', { name: 'Nobody can do this' });
    await card.getByText(waiting.detail).waitFor();
    // Said once, and by nobody who has no part in it.
    expect(await shown.page.getByText(waiting.detail).count()).toBe(1);
    expect(await shown.page.getByRole('main').innerText()).not.toContain('Chief of Staff');
    await shown.page.getByRole('button', { name: 'Create “Video editor”' }).click();
    await waitFor(() => last()?.path === '/api/v2/agents', { what: 'the new agent' });
    expect(last()?.body).toMatchObject({ name: 'Video editor' });
  });

  test('because somebody is busy: its place in the queue, and nothing to decide', async () => {
    const waiting = { for: 'capacity' as const, detail: 'All are busy: Writer', since: at(9), position: 3 };
    shown.api.state.tree = stopped({ waiting });
    await shown.adjutant.open(`/tasks/${taskId}`);
    const card = shown.page.getByRole('region', { name: 'Waits for a free agent' });
    await card.getByText('Place 3 in the queue.').waitFor();
    expect(await card.getByRole('button').count()).toBe(0);
  });

  test('for want of budget gets more', async () => {
    const waiting = { for: 'budget' as const, detail: 'The goal’s $1.00 are spent', since: at(9) };
    const budget = { id: idOf('bud', 1), limitUsd: 1, spentUsd: 1, reservedUsd: 0 };
    const tokens = { limitTokens: null, spentTokens: 0, reservedTokens: 0 };
    shown.api.state.tree = stopped({ waiting, budget: { ...budget, ...tokens } });
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.page.getByText('$1.00 of $1.00 spent').waitFor();
    await shown.page.getByRole('textbox', { name: 'Dollars to add' }).fill('2.5');
    await shown.page.getByRole('button', { name: 'Add $2.50' }).click();
    await shown.page.getByRole('region', { name: 'Waits for budget' }).waitFor({ state: 'detached' });
    expect(last()).toMatchObject({ path: `/api/v2/budgets/${idOf('bud', 1)}/top-up`, body: { usd: 2.5 } });
  });
});

describe('the inbox', () => {
  test('holds what needs a person, counts it, and is emptied by deciding', async () => {
    const { adjutant, page, api } = shown;
    api.state.approvals.set(approvalId, toolApproval());
    api.state.messages = [question(2, 'Which year counts?')];
    const waiting = { for: 'budget' as const, detail: 'The goal’s $1.00 are spent', since: at(9) };
    const unable = { for: 'capacity' as const, detail: 'Nobody has video_editing.', since: at(9) };
    api.state.goals = [
      task({ status: 'waiting', waiting }),
      task({ id: idOf('tsk', 7), status: 'waiting', waiting: unable }),
    ];
    await adjutant.open('/inbox');
    await page.getByText('4 things need you', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^Inbox 4$/ }).waitFor();
    await page.getByText(unable.detail).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('textbox', { name: 'Answer' }).fill('2026');
    await page.keyboard.press('Enter');
    await page.getByText('2 things need you', { exact: true }).waitFor();
  });

  test('asks the owner about a tool that is described differently by now', async () => {
    const { adjutant, page, api } = shown;
    api.state.toolServers = [toolServer()];
    await adjutant.open('/inbox');
    const card = page.getByRole('region', { name: 'Changed tool: wiki.search' });
    const text = await card.innerText();
    for (const part of ['Searches the wiki.', 'and mails the answer', 'high (before: low)', 'never repeated'])
      expect(text).toContain(part);
    expect(await axeFaults(page)).toEqual([]);
    await card.getByRole('button', { name: 'Accept it' }).click();
    await page.getByRole('heading', { name: 'Nothing needs you' }).waitFor();
    expect(last()?.body).toEqual({ accept: [{ name: 'search', hash: 'h2' }] });
  });

  test('opens at the approval that a link names, also when it was decided', async () => {
    const { adjutant, page, api } = shown;
    const decided = { status: 'approved' as const, decidedAt: at(20), decidedBy: 'prn_of_somebody' };
    api.state.approvals.set(approvalId, toolApproval(decided));
    await adjutant.open(`/inbox?approval=${approvalId}`);
    await page.getByRole('region', { name: /^Approved http_request/ }).waitFor();
  });

  test('says when nothing needs anybody, on a phone too', async () => {
    await shown.show(phone);
    await shown.adjutant.open('/');
    await shown.page.getByRole('link', { name: 'Inbox' }).last().click();
    await shown.page.getByRole('heading', { name: 'Nothing needs you' }).waitFor();
    expect(await shown.page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width);
  });
});
