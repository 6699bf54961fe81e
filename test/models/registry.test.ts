import { describe, expect, test } from '@jest/globals';
import { createModelRegistry } from '../../src/models/registry.ts';

const anthropic = { apiKey: 'a' };
const openai = { apiKey: 'o' };
const llama = { baseUrl: 'http://127.0.0.1:1/v1' };

describe('the registry of models', () => {
  test('knows nothing when nothing is configured', () => {
    const registry = createModelRegistry({});
    expect(registry.providers).toEqual([]);
    expect(registry.pick({ class: 'plan' })).toBeNull();
    expect(registry.route({ class: 'plan' }).reason).toBe('No model is configured.');
  });

  test('takes providers in the order Anthropic, OpenAI, Llama, each for what it is fit for', () => {
    const registry = createModelRegistry({ llama, openai, anthropic });
    expect(registry.providers.map(({ name }) => name)).toEqual(['anthropic', 'openai', 'llama']);
    expect(registry.pick({ class: 'plan' })?.provider.name).toBe('anthropic');
    expect(registry.pick({ class: 'score' })).toMatchObject({
      provider: { name: 'llama' },
      entry: { id: 'smollm2-135m-instruct' },
    });
    expect(createModelRegistry({ llama, openai }).pick({ class: 'write' })?.entry.id).toBe('gpt-6.1-sol');
  });

  test('with the built-in model alone nothing can plan, and the reason says so', () => {
    const registry = createModelRegistry({ llama });
    expect(registry.pick({ class: 'plan' })).toBeNull();
    expect(registry.route({ class: 'plan' }).reason).toContain('smollm2-135m-instruct: not fit to plan');
  });

  test('puts the configured model first, by id or alias', () => {
    expect(
      createModelRegistry({ anthropic: { ...anthropic, model: 'opus' } }).pick({ class: 'plan' })?.entry.id,
    ).toBe('claude-opus-5-5');
  });

  test('an unknown model has no price, and is taken for what the configuration says', () => {
    const registry = createModelRegistry({
      llama: { ...llama, model: 'llama-9-70b', fit: ['plan', ' json', 'write'] },
    });
    expect(registry.pick({ class: 'plan' })?.entry).toMatchObject({
      id: 'llama-9-70b',
      prices: null,
      fit: ['plan', 'json', 'write'],
    });
    expect(
      createModelRegistry({ openai: { ...openai, model: 'gpt-99' } }).pick({ class: 'plan' })?.entry,
    ).toMatchObject({ id: 'gpt-99', prices: null });
  });

  test('a GGUF file is the model that it holds', () => {
    const registry = createModelRegistry({
      llama: { ...llama, model: '/models/SmolLM2-135M-Instruct.Q4_1.gguf' },
    });
    expect(registry.entries).toMatchObject([{ id: 'smollm2-135m-instruct', fit: ['score'] }]);
  });

  test('a fitness that nobody knows is refused with the words that are known', () => {
    expect(() => createModelRegistry({ llama: { ...llama, fit: ['plann'] } })).toThrow(
      /plan, tools, json.*not for plann/,
    );
  });

  test('finds entries by id and alias, within their provider', () => {
    const registry = createModelRegistry({ anthropic });
    expect(registry.entry('anthropic', 'haiku')?.id).toBe('claude-haiku-5-5');
    expect(registry.entry('openai', 'gpt-6.1-sol')).toBeNull();
    expect(registry.provider('anthropic')?.name).toBe('anthropic');
    expect(registry.provider('openai')).toBeNull();
  });
});
