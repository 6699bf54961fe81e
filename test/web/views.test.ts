import { describe, expect, test } from '@jest/globals';
import { approval } from './support/decision-fixtures.ts';
import { chat, chatId, replied, said } from './support/fake-chats.ts';
import {
  agents,
  approvalId,
  askingStep,
  completed,
  failedTree,
  runningSteps,
  task,
  taskId,
  treeOf,
} from './support/fixtures.ts';
import { idOf } from './support/ids.ts';
import { axeFaults, phone, shownPage, small } from './support/shown-page.ts';

const shown = shownPage();

describe('every view', () => {
  const views: Record<
    string,
    { path: string; set?: () => void; ready: string | RegExp; act?: () => Promise<void> }
  > = {
    'sign-in': { path: '/', set: () => void (shown.api.state.signedIn = false), ready: 'Sign in' },
    'first run': { path: '/', ready: 'No goals yet' },
    goals: {
      path: '/',
      set: () =>
        void (shown.api.state.goals = [task(), task({ id: idOf('tsk', 2), title: 'x'.repeat(200) })]),
      ready: 'Recent goals',
    },
    'running goal': { path: `/tasks/${taskId}`, ready: 'Weigh the risks' },
    step: { path: `/tasks/${taskId}?step=weigh`, ready: 'claude-sonnet, try 2' },
    memo: {
      path: `/tasks/${taskId}`,
      set: () => void (shown.api.state.tree = completed()),
      ready: 'Three risks stand out',
    },
    models: { path: '/models', ready: 'Add server' },
    agents: { path: '/agents', ready: 'Chief of Staff' },
    chat: {
      path: `/chats/${chatId}`,
      set: () => {
        shown.api.state.chat = chat({ answering: { taskId, messageId: null } });
        shown.api.state.said = [said(1, 'x'.repeat(200)), replied(2, '`' + 'y'.repeat(200) + '`')];
      },
      ready: 'yyy',
    },
    'new chat': { path: `/chats/new?agent=${agents.writer.id}&task=${taskId}`, ready: 'Knows how' },
    'model call': {
      path: `/tasks/${taskId}?step=weigh`,
      ready: 'claude-sonnet, try 2',
      act: async () => {
        await shown.page.locator('.call-open').first().click();
        await shown.page.getByText('Why this model').waitFor();
      },
    },
    'retry of a step': {
      path: `/tasks/${taskId}?step=weigh`,
      set: () => void (shown.api.state.tree = failedTree()),
      ready: 'Retry from this step',
      act: () => shown.page.getByRole('button', { name: 'Retry from this step' }).click(),
    },
    'key form': {
      path: '/models',
      ready: 'Add server',
      act: async () => {
        await shown.page.getByRole('button', { name: 'Add server' }).click();
        await shown.adjutant.addKey('OpenAI', 'sk-wrong');
        await shown.page.getByText('openai did not accept it').waitFor();
      },
    },
    approval: {
      path: `/tasks/${taskId}`,
      set: () => {
        shown.api.state.tree = treeOf({ steps: [...runningSteps(), askingStep()] });
        shown.api.state.approvals.set(approvalId, approval());
      },
      ready: 'Approve: Send the memo',
    },
    failure: {
      path: `/tasks/${taskId}`,
      set: () => void (shown.api.state.tree = failedTree()),
      ready: 'This goal failed',
    },
  };

  const names = Object.keys(views);

  test.each(names)(
    'has no fault that axe finds, in both themes, and fits a phone and 320 pixels: %s',
    async (name) => {
      const { page, adjutant } = shown;
      const view = views[name]!;
      view.set?.();
      await adjutant.open(view.path);
      await page.getByText(view.ready).filter({ visible: true }).first().waitFor();
      await view.act?.();
      expect(await axeFaults(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await axeFaults(page, ['color-contrast'])).toEqual([]);
      for (const viewport of [phone, small]) {
        await page.setViewportSize(viewport);
        expect(await adjutant.overflow()).toBe(0);
      }
    },
  );

  test('between a phone and a desk the places are a rail of icons, with the one of a goal marked', async () => {
    const { page, adjutant } = shown;
    await shown.show({ width: 900, height: 800 });
    await adjutant.open(`/tasks/${taskId}`);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await rail.waitFor();
    expect((await rail.boundingBox())?.width).toBe(56);
    expect(await rail.getByRole('link', { name: 'Goals', exact: true }).getAttribute('aria-current')).toBe(
      'true',
    );
    expect(await adjutant.overflow()).toBe(0);
  });
});
