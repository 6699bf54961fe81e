import { describe, expect, test } from '@jest/globals';
import type { ModelView } from '../../src/contracts/model.ts';
import { waitFor } from '../support/wait-for.ts';
import { at, provider } from './support/fixtures.ts';
import { axeFaults, shownPage } from './support/shown-page.ts';

const shown = shownPage();

describe('a key', () => {
  test('is added from the banner, which goes; of it only the last four are shown', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open();
    await page.getByText('The built-in model is for trying things out.').waitFor();
    await page.getByRole('link', { name: 'Add a model' }).click();
    await adjutant.addKey('Anthropic', 'sk-ant-secret-7f3k');
    await page.getByText('Key ends in 7f3k · entered here').waitFor();
    expect(api.posted).toMatchObject([
      {
        path: '/api/v2/providers/anthropic',
        body: { apiKey: 'sk-ant-secret-7f3k' },
        csrf: 'csrf-of-the-test',
      },
    ]);
    expect(await page.content()).not.toContain('sk-ant-secret');
    await page.getByText('claude-sonnet').waitFor();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Goals' }).click();
    await adjutant.goalField.waitFor();
    await page.getByRole('link', { name: 'anthropic' }).waitFor();
    expect(await page.getByText('for trying things out').count()).toBe(0);
  });

  test('that does not work says so at the field, and nothing is lost', async () => {
    const { adjutant, page } = shown;
    await adjutant.open('/models');
    await adjutant.addKey('OpenAI', 'sk-wrong');
    await page.getByText('openai did not accept it: 401 invalid x-api-key.').waitFor();
    const field = page.getByRole('textbox', { name: 'Key' });
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.inputValue()).toBe('sk-wrong');
  });

  test('is replaced, and removed only after asking', async () => {
    const { adjutant, page, api } = shown;
    const stored = provider('openai', { source: 'stored', last4: 'aaaa', updatedAt: at(1) });
    api.state.providers = [stored, provider('anthropic'), provider('llama')];
    await adjutant.open('/models');
    await page.getByRole('button', { name: 'Replace of OpenAI' }).click();
    await page.getByText('Replaces the one that ends in aaaa.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove OpenAI' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(api.posted).toEqual([]);
    await page.getByRole('button', { name: 'Remove OpenAI' }).click();
    await page.getByRole('button', { name: 'Remove key' }).click();
    await page.getByRole('button', { name: 'Add key of OpenAI' }).waitFor();
    expect(api.posted.map(({ path }) => path)).toEqual(['/api/v2/providers/openai']);
  });
});

test('a model server that runs on the machine is found and offered', async () => {
  const { adjutant, page, api } = shown;
  const add = { baseUrl: 'http://127.0.0.1:11434/v1', model: 'qwen3:8b' };
  api.state.found = [{ name: 'Ollama', models: ['qwen3:8b', 'llama3.3:70b'], add }];
  await adjutant.open('/models');
  const card = page.getByRole('region', { name: 'Ollama is running here' });
  await card.getByText('2 models: qwen3:8b, llama3.3:70b').waitFor();
  await card.getByRole('button', { name: 'Use it' }).click();
  expect(await axeFaults(page)).toEqual([]);
  await card.getByRole('checkbox', { name: 'Plan' }).check();
  await card.getByRole('button', { name: 'Try and save' }).click();
  await waitFor(() => api.posted.length > 0, { what: 'the settings' });
  const fit = expect.arrayContaining(['plan']);
  expect(api.posted[0]).toMatchObject({ path: '/api/v2/providers/llama', body: { ...add, fit } });
});

test('the built-in server is not taken for one’s own', async () => {
  const { adjutant, page, api } = shown;
  const builtIn = provider('llama', { source: 'environment', model: '/models/SmolLM2.gguf' });
  api.state.providers = [provider('openai'), provider('anthropic'), builtIn];
  await adjutant.open('/models');
  await page.getByText('Until then the built-in server runs SmolLM2.gguf.').waitFor();
  await page.getByRole('button', { name: 'Add server' }).waitFor();
});

test('a server of one’s own is added with what it may be trusted with', async () => {
  const { adjutant, page, api } = shown;
  await adjutant.open('/models');
  await page.getByRole('button', { name: 'Add server of Your own server' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:11434/v1');
  await page.getByRole('textbox', { name: 'Model' }).fill('llama3.3:70b');
  await page.getByRole('checkbox', { name: 'Plan' }).check();
  await page.getByRole('button', { name: 'Try and save' }).click();
  await waitFor(async () => api.posted.length > 0, { what: 'the settings' });
  expect(api.posted[0]?.body).toEqual({
    baseUrl: 'http://127.0.0.1:11434/v1',
    model: 'llama3.3:70b',
    fit: ['write', 'score', 'plan'],
  });
});

test('what is out of service and why is written, and a key that cannot be read', async () => {
  const { adjutant, page, api } = shown;
  const outage = { model: 'gpt-large', reason: 'It answered 503.', since: at(1), nextProbeAt: at(900) };
  const problem = 'The stored key cannot be read with this SECRET_KEY. Enter it again.';
  api.state.providers = [
    provider('openai', { source: 'environment', last4: 'bbbb', outages: [outage] }),
    provider('anthropic', { problem }),
    provider('llama'),
  ];
  await adjutant.open('/models');
  await page.getByText('gpt-large is out of service: It answered 503.').waitFor();
  await page.getByText(problem).waitFor();
  await page.getByText('Key ends in bbbb · from the environment').waitFor();
});

describe('web search', () => {
  const section = () => shown.page.getByRole('region', { name: 'Web search' });
  const orders = () => shown.api.posted.map(({ body }) => (body as { webSearch: unknown }).webSearch);
  /** The box stands as the list does, which is drawn anew a moment after the key. */
  const turn = async (name: string, on: boolean) => {
    const box = section().getByRole('checkbox', { name: `Ask ${name}` });
    await box.press('Space');
    await waitFor(async () => (await box.isChecked()) === on, { what: `the box of ${name}` });
  };
  const rows = () => section().getByRole('listitem').allInnerTexts();

  test('shows who is asked, who is ready, and why somebody is not', async () => {
    await shown.adjutant.open('/models');
    await section().getByText('It has no address here. Set SEARXNG_URL.').waitFor();
    const [first = '', second = '', third = ''] = await rows();
    expect(first).toMatch(/Anthropic[^]*Asked as number 1[^]*Ready[^]*\$10 per 1,000[^]*claude-haiku/);
    expect(second).toMatch(/Brave[^]*number 2[^]*Ready/);
    expect(third).toMatch(/OpenAI[^]*Not asked[^]*It has no key here/);
    expect(await section().getByRole('checkbox').count()).toBe(0);
  });

  test('is put into an order by keyboard, which is kept at once; the focus stays with what was moved', async () => {
    const { adjutant, page } = shown;
    await adjutant.open('/models');
    await section().getByRole('button', { name: 'Your order' }).press('Enter');
    const up = section().getByRole('button', { name: 'Move Brave up' });
    await up.press('Enter');
    await section().getByText('Brave is now number 1.').waitFor();
    await waitFor(() => up.evaluate((button) => button === document.activeElement), { what: 'the focus' });
    expect(await up.getAttribute('aria-disabled')).toBe('true');
    await turn('Tavily', true);
    await turn('Anthropic', false);
    await waitFor(() => orders().length === 4, { what: 'four orders' });
    expect(orders()).toEqual([
      ['anthropic', 'brave'],
      ['brave', 'anthropic'],
      ['brave', 'anthropic', 'tavily'],
      ['brave', 'tavily'],
    ]);
    await turn('Tavily', false);
    // Somebody has to be asked.
    await waitFor(() => section().getByRole('checkbox', { name: 'Ask Brave' }).isDisabled(), { what: 'it' });
    expect(await axeFaults(page)).toEqual([]);
    await section().getByRole('button', { name: 'Automatic' }).click();
    await waitFor(() => orders().at(-1) === 'auto', { what: 'auto' });
  });

  test('gets a search service by its key, of which only the last four are shown, and loses it after asking', async () => {
    const { adjutant, page, api } = shown;
    await adjutant.open('/models');
    await section().getByRole('button', { name: 'Add key of Brave' }).click();
    await section().getByRole('textbox', { name: 'Key' }).fill('brave-secret-9xyz');
    await page.keyboard.press('Enter');
    await section().getByText('Key ends in 9xyz · entered here').waitFor();
    expect(api.posted[0]).toMatchObject({
      path: '/api/v2/credentials',
      body: { name: 'brave', secret: 'brave-secret-9xyz', hosts: ['api.search.brave.com'] },
    });
    expect(await page.content()).not.toContain('brave-secret');
    await section().getByRole('button', { name: 'Remove Brave' }).click();
    await section().getByRole('button', { name: 'Remove key' }).click();
    await section().getByRole('button', { name: 'Add key of Brave' }).waitFor();
    expect(api.state.credentials).toEqual([]);
  });

  test('is no one’s to change but an owner’s', async () => {
    shown.api.state.role = 'viewer';
    await shown.adjutant.open('/models');
    await section().getByText('Owners set the order.', { exact: false }).waitFor();
    expect(await section().getByRole('button').count()).toBe(0);
  });
});

test('of each model is shown how its prompts are counted, what holds its calls back, and why it does not answer', async () => {
  const { adjutant, page, api } = shown;
  const [first] = api.state.models;
  const counted: Partial<ModelView> = {
    ...{ id: 'gpt-large', tokenizer: 'o200k_base', requestsPerMinute: 500, stallSeconds: 45 },
    ...{ healthy: false, problem: '503 Come later.' },
    webSearch: { usdPerThousand: 10, asOf: '2026-11-01', checked: false },
  };
  api.state.models = [first!, { ...first!, ...counted }];
  await adjutant.open('/models');
  await page.getByText('Prompts estimated · broken off after 60 s of silence', { exact: true }).waitFor();
  const words =
    'Prompts counted with o200k_base · at most 500 requests a minute · broken off after 45 s of silence · searches the web for $10 per 1,000';
  await page.getByText(words, { exact: true }).waitFor();
  await page.getByText('503 Come later.').waitFor();
});

test('keys are the owner’s alone', async () => {
  const { adjutant, page, api } = shown;
  api.state.role = 'operator';
  await adjutant.open('/models');
  await page.getByText('Only owners of this workspace see and change keys.').waitFor();
  await page.getByText('smollm2-135m-instruct').waitFor();
  expect(await page.getByRole('button', { name: /Add key/ }).count()).toBe(0);
});
