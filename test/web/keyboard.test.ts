import { describe, expect, test } from '@jest/globals';
import { taskId } from './support/fixtures.ts';
import { shownPage } from './support/shown-page.ts';

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
    await shown.adjutant.sheet.and(shown.page.locator(':focus')).waitFor();
    await shown.page.keyboard.press('Escape');
    await shown.adjutant.sheet.waitFor({ state: 'detached' });
    await shown.adjutant
      .step(/Weigh the risks/)
      .and(shown.page.locator(':focus'))
      .waitFor();
    expect(shown.page.url()).toBe(`${shown.api.url}/tasks/${taskId}`);
  });

  test('the keys of the composer work wherever in it one is, a box that is ticked takes no letters', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open();
    await adjutant.goalField.fill('Read the log');
    await page.getByRole('checkbox', { name: 'Show me the plan first' }).press('Space');
    await page.keyboard.press('c');
    await page.locator('#goal:focus').waitFor();
    await page.getByRole('checkbox', { name: 'Show me the plan first' }).press('Control+Enter');
    await page.waitForURL(/\/tasks\/tsk_/);
    expect(api.posted.at(-1)?.body).toMatchObject({ goal: 'Read the log', planAcceptance: 'person' });
  });

  test('the focus stays where one acts, and goes into the new page when what had it is gone', async () => {
    const { adjutant, page } = shown;
    const focused = (name: string) =>
      page.getByRole('button', { name, exact: true }).and(page.locator(':focus'));
    await adjutant.open(`/tasks/${taskId}`);
    await page.getByRole('button', { name: 'Pause', exact: true }).press('Enter');
    await focused('Resume').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).press('Enter');
    await focused('Keep').waitFor();
    await page.keyboard.press('Escape');
    await focused('Cancel').waitFor();
    await page
      .getByRole('navigation', { name: 'Breadcrumb' })
      .getByRole('link', { name: 'Goals' })
      .press('Enter');
    await page.locator('main:focus').waitFor();
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
