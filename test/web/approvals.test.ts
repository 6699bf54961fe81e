import { beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { approval, toolApproval } from './support/decision-fixtures.ts';
import { approvalId, askingStep, at, runningSteps, session, taskId, treeOf } from './support/fixtures.ts';
import { axeFaults, shownPage } from './support/shown-page.ts';

const shown = shownPage();
const title = 'Send the memo to the board';
const card = () => shown.page.getByRole('region', { name: `Approve: ${title}` });

beforeEach(() => {
  shown.api.state.tree = treeOf({ steps: [...runningSteps(), askingStep()] });
  shown.api.state.approvals.set(approvalId, approval());
});

describe('what a person is asked', () => {
  test('stands in the conversation with exact details and the time that is left, and is approved with a note', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    await card().getByText('To: board@tidewater.example (7 people)').waitFor();
    expect(await card().innerText()).toMatch(/54m left, until \d\d:\d\d/);
    await page.getByText('1 approval', { exact: true }).waitFor();
    await card().getByRole('textbox', { name: 'Note' }).fill('Without the annex');
    await card().getByRole('button', { name: 'Approve' }).click();
    const decided = page.getByRole('region', { name: `Approved ${title}` });
    await decided.getByText(/^You, \d\d:\d\d · “Without the annex” · the run goes on$/).waitFor();
    expect(api.posted).toMatchObject([
      { path: `/api/v2/approvals/${approvalId}/approve`, body: { note: 'Without the annex' } },
    ]);
  });

  test('shows every argument of a call, however long one of them is', async () => {
    const { adjutant, page, api } = shown;
    const args = { body: 'A line of the letter.\n'.repeat(200), to: 'board@tidewater.example' };
    api.state.approvals.set(
      approvalId,
      toolApproval({ id: approvalId, arguments: args, rootTaskId: taskId }),
    );
    await adjutant.open(`/tasks/${taskId}`);
    const to = page.getByText('board@tidewater.example');
    const body = page.getByText('A line of the letter.');
    await to.waitFor();
    const [above, below] = [await body.boundingBox(), await to.boundingBox()];
    expect(above?.height).toBeLessThan(400);
    expect(below?.y).toBeLessThan((above?.y ?? 0) + (above?.height ?? 0) + 40);
    expect(await axeFaults(page)).toEqual([]);
  });

  test('is denied by D on the focused card, but not while a note is typed', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    await card().getByRole('textbox', { name: 'Note' }).click();
    await page.keyboard.type('ad');
    expect(api.posted).toEqual([]);
    await card().focus();
    await page.keyboard.press('d');
    await page
      .getByRole('region', { name: `Denied ${title}` })
      .getByText('“ad”')
      .waitFor();
    expect(api.posted.map(({ path }) => path)).toEqual([`/api/v2/approvals/${approvalId}/deny`]);
  });

  test('is approved by A', async () => {
    const { adjutant, page } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    await card().focus();
    await page.keyboard.press('a');
    await page.getByRole('region', { name: `Approved ${title}` }).waitFor();
  });

  test('was decided elsewhere: the card says so by itself', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/tasks/${taskId}`);
    await card().waitFor();
    await waitFor(async () => (await adjutant.connection()) === 'Live', { what: 'the live feed' });
    const other = { decidedAt: at(800), decidedBy: 'prn_of_somebody', spentAt: at(801) };
    api.state.approvals.set(approvalId, approval({ status: 'approved', ...other }));
    api.emit({ type: 'approval.approved', data: { approvalId, key: 'send', title, note: null } });
    await page.getByText(/^Another person, \d\d:\d\d · grant spent \d\d:\d\d$/).waitFor();
  });

  test('wants two people: who has agreed is said, and the same one cannot be the second', async () => {
    const { adjutant, page, api } = shown;
    const consent = (by: string) => approval({ fourEyes: true, consents: [{ by, at: at(720) }] });
    api.state.approvals.set(approvalId, consent(session.principal.id));
    await adjutant.open(`/tasks/${taskId}`);
    await card().getByText('You have agreed').waitFor();
    expect(await card().getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    api.state.approvals.set(approvalId, consent('prn_of_somebody'));
    await page.reload();
    await card().getByText('One person has agreed').waitFor();
    expect(await card().getByRole('button', { name: 'Approve' }).isEnabled()).toBe(true);
  });

  test('has expired: it cannot be decided, and afterwards says that it counts as denied', async () => {
    const { adjutant, page, api } = shown;
    api.state.approvals.set(approvalId, approval({ expiresAt: at(0) }));
    await adjutant.open(`/tasks/${taskId}`);
    await card()
      .getByText(/^Expired at/)
      .waitFor();
    expect(await card().getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    const note = 'Nobody decided in 1h';
    api.state.approvals.set(approvalId, approval({ status: 'expired', decidedAt: at(60), note }));
    await page.reload();
    await page.getByText(/counts as denied · Nobody decided in 1h/).waitFor();
  });
});
