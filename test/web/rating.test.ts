import { describe, expect, test } from '@jest/globals';
import { completed, taskId } from './support/fixtures.ts';
import { axeFaults, shownPage } from './support/shown-page.ts';

const shown = shownPage();
const ratings = () =>
  shown.api.posted.filter(({ path }) => path.endsWith('/rating')).map(({ path, body }) => ({ path, body }));

describe('a result', () => {
  test('is rated under it with one press, changed, and a word on it added', async () => {
    const { adjutant, page, api } = shown;
    api.state.tree = completed();
    await adjutant.open(`/tasks/${taskId}`);
    const stars = adjutant.result.getByRole('group', { name: 'Rate the result' });
    await stars.getByRole('button', { name: '5 of 5, excellent' }).click();
    await adjutant.result.getByText('Excellent', { exact: true }).waitFor();
    await stars.getByRole('button', { name: '2 of 5' }).press('Enter');
    await adjutant.result.getByText('Poor: counts as a failure of its agent').waitFor();
    await adjutant.result
      .getByRole('textbox', { name: 'What was good or wrong' })
      .fill('The annex is missing.');
    await page.keyboard.press('Enter');
    await adjutant.result.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' });
    const path = `/api/v2/tasks/${taskId}/rating`;
    expect(ratings()).toEqual([
      { path, body: { rating: 5 } },
      { path, body: { rating: 2 } },
      { path, body: { rating: 2, note: 'The annex is missing.' } },
    ]);
    expect(await axeFaults(page)).toEqual([]);
  });

  test('of a step is rated in its sheet, for its own agent', async () => {
    const { adjutant, api } = shown;
    api.state.tree = completed();
    await adjutant.open(`/tasks/${taskId}?step=weigh`);
    await adjutant.sheet.getByRole('button', { name: '4 of 5, good' }).click();
    await adjutant.sheet.getByText('Good', { exact: true }).waitFor();
    const weigh = api.state.tree.run?.steps.find(({ key }) => key === 'weigh')?.taskId;
    expect(ratings()).toEqual([{ path: `/api/v2/tasks/${weigh}/rating`, body: { rating: 4 } }]);
  });

  test('shows a viewer what others thought, and asks nothing', async () => {
    const { adjutant, api } = shown;
    api.state.role = 'viewer';
    api.state.tree = completed();
    api.state.tree.task.rating = { rating: 4, note: 'To the point.' };
    await adjutant.open(`/tasks/${taskId}`);
    await adjutant.result.getByRole('img', { name: '4 of 5' }).waitFor();
    await adjutant.result.getByText('“To the point.”').waitFor();
    expect(await adjutant.result.getByRole('button', { name: /of 5/ }).count()).toBe(0);
  });
});
