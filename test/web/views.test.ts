import { describe, expect, test } from '@jest/globals';
import {
  approval,
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

describe('by keyboard', () => {
  test('C and / write a goal, ? shows the keys, Esc closes them', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.adjutant.step(/Weigh the risks/).waitFor();
    await shown.page.keyboard.press('?');
    await shown.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await shown.page.keyboard.press('Escape');
    await shown.page.getByRole('dialog').waitFor({ state: 'detached' });
    await shown.page.keyboard.press('c');
    await shown.page.locator('#goal:focus').waitFor();
    await shown.page.keyboard.type('c/?');
    expect(await shown.adjutant.goalField.inputValue()).toBe('c/?');
  });

  test('J and K walk the steps, the address goes along, Esc closes', async () => {
    await shown.adjutant.open(`/tasks/${taskId}`);
    await shown.adjutant.step(/Weigh the risks/).focus();
    await shown.page.keyboard.press('Enter');
    await shown.adjutant.sheet.waitFor();
    expect(new URL(shown.page.url()).searchParams.get('step')).toBe('weigh');
    await shown.page.keyboard.press('j');
    await shown.adjutant.sheet.getByRole('heading', { name: 'Check the figures' }).waitFor();
    await shown.page.keyboard.press('k');
    await shown.adjutant.sheet.getByRole('heading', { name: 'Weigh the risks' }).waitFor();
    await shown.page.keyboard.press('Escape');
    await shown.adjutant.sheet.waitFor({ state: 'detached' });
    expect(shown.page.url()).toBe(`${shown.api.url}/tasks/${taskId}`);
  });

  test('the theme goes from the system to light to dark, and is kept', async () => {
    await shown.adjutant.open();
    const theme = () => shown.page.locator('html').getAttribute('data-theme');
    await shown.page.getByRole('button', { name: 'Theme: follows the system' }).click();
    await shown.page.getByRole('button', { name: 'Theme: light' }).click();
    expect(await theme()).toBe('dark');
    await shown.page.reload();
    expect(await theme()).toBe('dark');
  });
});

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
      const { page, api, adjutant } = shown;
      const view = views[name]!;
      view.set?.();
      await adjutant.open(view.path);
      await page.getByText(view.ready).filter({ visible: true }).first().waitFor();
      await view.act?.();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axeFaults(page)).toEqual([]);
      }
      for (const viewport of [phone, small]) {
        await page.setViewportSize(viewport);
        expect(await adjutant.overflow()).toBe(0);
      }
    },
  );
});
