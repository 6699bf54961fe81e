/** Goals that stand still until a person does something about it on the page, on the real API with workers and scripted models. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../client/index.ts';
import { isPlan } from '../support/scripted-house.ts';
import {
  agentStep,
  openServedHouse,
  patience,
  type Person,
  type ServedHouse,
} from './support/served-house.ts';

let house: ServedHouse;
let api: ApiClient;
let owner: Person;

beforeAll(async () => {
  house = await openServedHouse();
  ({ api, owner } = house);
}, 180_000);

const region = (name: string | RegExp) => owner.page.getByRole('region', { name });

/** What its agent does at each of its turns; the last answer counts for all that come. */
function turns(...answers: object[]): void {
  let turn = 0;
  house.answer(() => answers[Math.min(turn++, answers.length - 1)] ?? null);
}
const uses = (name: string, args: object) => ({ toolCalls: [{ name, arguments: args }] });

describe('a goal that stands still', () => {
  test('because a guard stopped it is let go on', async () => {
    const agentId = await house.addAgent('Looper', ['search_files']);
    const again = uses('search_files', { query: 'tide' });
    turns(again, again, again, again, { text: 'High at noon.' });
    const { id } = await api.tasks.create({ goal: 'Find the tide.', agentId });
    await owner.adjutant.open(`/tasks/${id}`);
    const card = region('Stopped by a guard');
    await card.getByText(/search_files 3 times/).waitFor();
    await card.getByRole('button', { name: 'Let it go on' }).click();
    expect(await owner.adjutant.readResult(patience)).toContain('High at noon.');
  }, 120_000);

  test('because it asks something is answered in the inbox', async () => {
    const agentId = await house.addAgent('Asker', ['ask_person']);
    turns(uses('ask_person', { question: 'Which harbour?' }), { text: 'North it is.' });
    const { id } = await api.tasks.create({ goal: 'Find the harbour.', agentId });
    await owner.adjutant.open('/inbox');
    const card = region('Asker asks');
    await card.getByText('Which harbour?').waitFor();
    await card.getByRole('textbox', { name: 'Answer' }).fill('The north one.');
    await owner.page.keyboard.press('Enter');
    await owner.page.getByRole('heading', { name: 'Nothing needs you' }).waitFor();
    await owner.adjutant.open(`/tasks/${id}`);
    expect(await owner.adjutant.readResult(patience)).toContain('North it is.');
    await owner.page.getByText('The north one.').waitFor();
    const { waitedMs, attempts } = await api.tasks.read(id);
    expect(waitedMs).toBeGreaterThan(0);
    expect(attempts.map((attempt) => attempt.waitedMs)).toEqual([waitedMs]);
  }, 120_000);

  test('because it asks something goes on when a message held the answer: the question is withdrawn', async () => {
    const agentId = await house.addAgent('Learner', ['ask_person']);
    turns(
      uses('ask_person', { question: 'Which berth?' }),
      uses('withdraw_question', { reason: 'The message named it.' }),
      { text: 'Thank you.' },
      { text: 'Moored at berth four.' },
    );
    const { id } = await api.tasks.create({ goal: 'Moor the ship.', agentId });
    await owner.adjutant.open(`/tasks/${id}`);
    await region('Learner asks').getByText('Which berth?').waitFor();
    await owner.page.getByRole('textbox', { name: 'Message', exact: true }).fill('Berth four is free.');
    await owner.page.keyboard.press('Enter');
    await owner.page.getByText(/withdrawn: The message named it\.$/).waitFor();
    expect(await region('Learner asks').count()).toBe(0);
    expect(await owner.adjutant.readResult(patience)).toContain('Moored at berth four.');
  }, 120_000);

  test('for want of budget gets more', async () => {
    const agentId = await house.addAgent('Spender');
    turns({ text: 'It was worth it.' });
    const { id } = await api.tasks.create({ goal: 'Spend it well.', agentId, budget: { usd: 0.000001 } });
    await owner.adjutant.open(`/tasks/${id}`);
    const card = region('Waits for budget');
    await card.getByRole('textbox', { name: 'Dollars to add' }).fill('2');
    await card.getByRole('button', { name: 'Add $2.00' }).click();
    expect(await owner.adjutant.readResult(patience)).toContain('It was worth it.');
  }, 120_000);

  test('because nobody is able goes to the agent that is created where it is said', async () => {
    turns({ text: 'The sails are set.' });
    const requires = [{ name: 'sailing', level: 3 }];
    const { id } = await api.tasks.create({ goal: 'Set the sails.', requires });
    await owner.adjutant.open(`/tasks/${id}`);
    const card = region('Nobody can do this');
    await card.getByRole('button', { name: /^Create “/ }).click();
    expect(await owner.adjutant.readResult(patience)).toContain('The sails are set.');
  }, 120_000);

  test('for a yes to its plan has it sent back, then accepted as it was edited', async () => {
    const { page, adjutant } = owner;
    const plan = (name: string) => ({ name, steps: [agentStep('row')] });
    house.answer((call) =>
      isPlan(call) ? { json: plan(call.text.includes('Steer too.') ? 'Better' : 'Hasty') } : null,
    );
    const { id } = await api.tasks.create({ goal: 'Cross the bay.', planAcceptance: 'person' });
    await adjutant.open(`/tasks/${id}`);
    const hasty = region('Accept this plan? Hasty');
    await hasty.getByRole('textbox', { name: 'What is wrong with it' }).fill('Steer too.');
    await hasty.getByRole('button', { name: 'Send back' }).click();
    const better = region('Accept this plan? Better');
    await better.getByText('1 earlier plan sent back.').waitFor();
    await better.getByRole('button', { name: 'Edit plan' }).click();
    const field = better.getByRole('textbox', { name: 'Plan as JSON' });
    const text = await field.inputValue();
    await field.fill(text.replace('"requires": []', '"requires": [], "agentId": "nobody"'));
    await better.getByRole('button', { name: 'Accept' }).click();
    await better.getByRole('alert').getByText('/definition/steps/0').first().waitFor();
    await field.fill(text.replace('Do row.', 'Row and steer.'));
    await better.getByRole('button', { name: 'Accept' }).click();
    await adjutant.readResult(patience);
    await page.getByText('Accepted as a person edited it').waitFor();
    const { children } = await api.tasks.tree(id);
    expect(children.map(({ task }) => task.goal)).toEqual(['Row and steer.']);
  }, 120_000);
});

test('an agent that is paused on the page gets no work until it is resumed there', async () => {
  const { page, adjutant } = owner;
  const agentId = await house.addAgent('Sleeper');
  turns({ text: 'Awake.' });
  await adjutant.open('/agents');
  await page.getByRole('button', { name: 'Pause Sleeper' }).click();
  await page.getByRole('button', { name: 'Resume Sleeper' }).waitFor();
  const { id } = await api.tasks.create({ goal: 'Wake up.', agentId });
  await house.until(id, ({ waitingFor }) => waitingFor === 'capacity');
  await page.getByRole('button', { name: 'Resume Sleeper' }).click();
  await adjutant.open(`/tasks/${id}`);
  expect(await adjutant.readResult(patience)).toContain('Awake.');
}, 120_000);
