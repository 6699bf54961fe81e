import { beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { chat, chatId, replied, said } from './support/fake-chats.ts';
import { agents, taskId, treeOf } from './support/fixtures.ts';
import { idOf } from './support/ids.ts';
import { axeFaults, phone, shownPage, small } from './support/shown-page.ts';

const shown = shownPage();
const stream = `conversation/${chatId}`;
const box = () => shown.page.getByRole('textbox', { name: 'Message', exact: true });
const paths = () => shown.api.posted.map(({ path }) => path.replace('/api/v2', ''));

/** The reply is stored, and the feed says so. */
function settle(...texts: string[]): void {
  const { api } = shown;
  const answers = texts.map((text, i) =>
    replied(api.state.said.length + 1 + i, text, { replyTo: idOf('msg', 1) }),
  );
  api.state.said = [...api.state.said, ...answers];
  api.state.chat = chat({ answering: null });
  api.emit({ stream, type: 'message.accepted', data: { from: `agent/${agents.writer.id}` } });
}

describe('the agents', () => {
  test('are listed with what they do; one is paused, and a chat begun', async () => {
    const { adjutant, page } = shown;
    await adjutant.open('/agents');
    const list = page.getByRole('list', { name: 'Agents' });
    await list.getByRole('link', { name: 'Chat with Chief of Staff' }).waitFor();
    expect(await list.getByRole('listitem').count()).toBe(5);
    await list.getByRole('button', { name: 'Pause Writer' }).click();
    await waitFor(() => paths().includes(`/agents/${agents.writer.id}/pause`), { what: 'the pause' });
    await list.getByRole('link', { name: 'Chat with Writer' }).click();
    await box().waitFor();
  });

  test('are a tab of the phone, and everything fits there', async () => {
    await shown.show(phone);
    const { adjutant, page, api } = shown;
    api.state.chat = chat();
    await adjutant.open('/');
    await page.getByRole('navigation', { name: 'Tabs' }).getByRole('link', { name: 'Agents' }).click();
    await page.getByRole('link', { name: /Which tone/ }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.setViewportSize(small);
    expect(await adjutant.overflow()).toBe(0);
  });
});

describe('a chat', () => {
  test('begins with the first message, about a task if one is named', async () => {
    const { adjutant, page, api } = shown;
    api.state.tree = treeOf();
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await adjutant.sheet.getByRole('link', { name: 'Ask Analyst about it' }).click();
    await page.getByText(/Knows how/).waitFor();
    await box().fill('How far are you?');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/chats/${chatId}`);
    await page.getByRole('article', { name: 'You' }).getByText('How far are you?').waitFor();
    expect(api.posted).toMatchObject([
      {
        path: '/api/v2/conversations',
        body: { agentId: agents.analyst.id, message: { text: 'How far are you?' } },
      },
    ]);
  });

  describe('that has begun', () => {
    beforeEach(async () => {
      shown.api.state.chat = chat();
      shown.api.state.said = [said(1, 'Which tone?'), replied(2, 'A **calm** one.')];
      await shown.adjutant.open(`/chats/${chatId}`);
      await shown.page.getByText('A calm one.').waitFor();
      await waitFor(async () => (await shown.adjutant.connection()) === 'Live', { what: 'the live feed' });
    });

    test('shows the reply while it is written, then as it was stored', async () => {
      const { page, api } = shown;
      await box().fill('Why?');
      await box().press('Shift+Enter');
      expect(await box().inputValue()).toBe('Why?\n');
      await box().press('Enter');
      const writing = page.getByRole('article', { name: 'Writer is writing' });
      await writing.waitFor();
      expect(await box().inputValue()).toBe('');
      api.tokens({ stream, callId: 'call_1', try: 1, offset: 0, text: 'Because bo' });
      await writing.getByText('Because bo').waitFor();
      settle('Because boards read **calmly**.');
      await page.getByText('Because boards read calmly.').waitFor();
      await writing.waitFor({ state: 'detached' });
      expect(await page.getByText('Because bo', { exact: true }).count()).toBe(0);
    });

    test('is stopped, and the end is kept', async () => {
      const { page } = shown;
      await box().fill('Tell me everything.');
      await box().press('Enter');
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('First of').waitFor();
      await page.getByText('Stopped here.').waitFor();
      await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
      expect(paths()).toEqual([`/conversations/${chatId}/messages`, `/conversations/${chatId}/stop`]);
    });

    test('has its last reply written anew; the earlier one stays readable', async () => {
      const { page } = shown;
      await page.getByRole('button', { name: 'Write it anew' }).click();
      await page.getByRole('article', { name: 'Writer is writing' }).waitFor();
      settle('A lively one.');
      await page.getByText('A lively one.').waitFor();
      await page.getByText('An earlier reply').click();
      await page.getByText('A calm one.').waitFor();
      expect(await axeFaults(page)).toEqual([]);
    });

    test('is renamed in place; Esc keeps its name', async () => {
      const { page, api } = shown;
      await page.getByRole('button', { name: 'Rename this chat' }).click();
      const name = page.getByRole('textbox', { name: 'Name of this chat' });
      await name.fill('Never');
      await name.press('Escape');
      await name.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Rename this chat' }).click();
      await name.fill('Tone of the memo');
      expect(await axeFaults(page)).toEqual([]);
      await name.press('Enter');
      await page.getByRole('heading', { name: 'Writer: Tone of the memo' }).waitFor();
      expect(api.posted.map(({ body }) => body)).toEqual([{ title: 'Tone of the memo' }]);
    });

    test('goes on from one of its replies in a chat of its own', async () => {
      const { page } = shown;
      await page.getByRole('button', { name: 'Branch' }).click();
      await page.waitForURL(`**/chats/${idOf('cnv', 2)}`);
      await page.getByText('A calm one.').waitFor();
      const from = page.getByRole('link', { name: 'an earlier chat' });
      expect(await from.getAttribute('href')).toBe(`/chats/${chatId}`);
      expect(paths()).toEqual([`/conversations/${chatId}/messages/${idOf('msg', 2)}/branch`]);
    });

    test('is archived only after asking; then it is read and found, and nothing is said in it', async () => {
      const { adjutant, page } = shown;
      await page.getByRole('button', { name: 'Archive', exact: true }).click();
      await page.keyboard.press('Enter');
      expect(paths()).toEqual([]);
      await page.getByRole('button', { name: 'Archive', exact: true }).click();
      await page.getByRole('button', { name: 'Archive it' }).click();
      await page.getByText('This chat is archived').waitFor();
      expect(await box().count()).toBe(0);
      await adjutant.open('/agents');
      const chats = page.getByRole('region', { name: /chats$/i });
      await chats.getByText('No open chat.').waitFor();
      await chats.getByRole('button', { name: 'Archived' }).click();
      await chats.getByRole('link', { name: /Which tone/ }).waitFor();
    });

    test('says what its reply waits for', async () => {
      const { adjutant, page, api } = shown;
      const waiting = {
        for: 'model' as const,
        detail: 'No model is fit to chat.',
        since: new Date().toISOString(),
      };
      api.state.tree = treeOf({ plan: false, task: { status: 'waiting', waiting } });
      api.state.chat = chat({ answering: { taskId, messageId: null } });
      await adjutant.open(`/chats/${chatId}`);
      await page.getByText(/No model is fit to chat/).waitFor();
      await page.getByRole('link', { name: 'Add a model' }).waitFor();
    });
  });

  test('that is not there is not taken for an empty one; a viewer says nothing', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open(`/chats/${chatId}`);
    await page.getByRole('heading', { name: 'Could not load this chat' }).waitFor();
    api.state.role = 'viewer';
    api.state.chat = chat();
    api.state.said = [said(1, 'Which tone?'), replied(2, 'A calm one.')];
    await adjutant.open(`/chats/${chatId}`);
    await page.getByText('A calm one.').waitFor();
    expect(await box().count()).toBe(0);
    expect(await page.getByRole('button', { name: /Branch|Archive|Rename|anew/ }).count()).toBe(0);
  });
});
