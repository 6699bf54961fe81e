import { describe, expect, test } from '@jest/globals';
import { routeModel, type ModelCandidate } from '../../src/core/route-model.ts';

const model = (provider: string, id: string, fields: Partial<ModelCandidate> = {}): ModelCandidate => ({
  provider,
  id,
  aliases: [],
  fit: ['plan', 'tools', 'json', 'write'],
  contextTokens: 100_000,
  ...fields,
});
const sonnet = model('anthropic', 'claude-sonnet-5-5', { aliases: ['sonnet'] });
const sol = model('openai', 'gpt-6.1-sol', { fit: ['plan', 'tools', 'json', 'vision', 'write'] });
const small = model('llama', 'smollm2-135m-instruct', { fit: ['score'], contextTokens: 2048 });
const all = [sonnet, sol, small];

describe('the choice of a model', () => {
  test('is the first one that is fit', () => {
    expect(routeModel(all, { class: 'plan' })).toMatchObject({
      choice: sonnet,
      rejected: [{ provider: 'llama', why: 'not fit to plan, json' }],
    });
    expect(routeModel(all, { class: 'score' }).choice).toBe(small);
  });

  test('follows the agent’s preferences in their order, by provider, model, alias or both', () => {
    for (const preferred of [
      ['openai'],
      ['gpt-6.1-sol'],
      ['openai/gpt-6.1-sol'],
      ['gpt-7', 'openai', 'sonnet'],
    ]) {
      expect(routeModel(all, { class: 'write', preferred }).choice).toBe(sol);
    }
    expect(routeModel([sol, sonnet], { class: 'write', preferred: ['anthropic/sonnet'] }).choice).toBe(
      sonnet,
    );
  });

  test('takes another when none preferred is there, and says so', () => {
    const { choice, reason } = routeModel(all, { class: 'plan', preferred: ['llama'] });
    expect(choice).toBe(sonnet);
    expect(reason).toContain('None that the agent prefers');
  });

  test('never leaves what the agent may use', () => {
    expect(routeModel(all, { class: 'write', allowed: ['openai'] }).choice).toBe(sol);
    expect(routeModel(all, { class: 'plan', allowed: ['llama'], preferred: ['sonnet'] }).choice).toBeNull();
    expect(routeModel(all, { class: 'plan', allowed: [] }).choice).toBe(sonnet);
  });

  test('minds needs and the size of the window', () => {
    expect(routeModel(all, { class: 'write', needs: ['vision'] }).choice).toBe(sol);
    expect(routeModel(all, { class: 'score', contextTokens: 2049 }).rejected).toContainEqual({
      provider: 'llama',
      model: 'smollm2-135m-instruct',
      why: 'window of 2048 tokens, 2049 needed',
    });
  });

  test('says why there is none', () => {
    expect(routeModel([], { class: 'plan' })).toEqual({
      choice: null,
      reason: 'No model is configured.',
      rejected: [],
      out: [],
    });
    expect(routeModel([small], { class: 'plan' })).toMatchObject({
      choice: null,
      reason: 'No configured model can take this (plan): llama/smollm2-135m-instruct: not fit to plan, json.',
    });
  });
});

describe('models that are out of service', () => {
  const model = (provider: string, id: string, account?: string): ModelCandidate => ({
    provider,
    id,
    aliases: [],
    fit: ['plan', 'json', 'write'],
    contextTokens: 100_000,
    ...(account === undefined ? {} : { account }),
  });
  const models = [model('anthropic', 'a1'), model('anthropic', 'a2'), model('openai', 'o1')];
  const down = (provider: string, id: string, account = 'environment') => ({
    account,
    provider,
    model: id,
    reason: 'Scripted 503.',
  });

  test('are passed over for another provider’s, before the rest of their own', () => {
    const { choice, reason, out } = routeModel(models, {
      class: 'write',
      outages: [down('anthropic', 'a1')],
    });
    expect(choice?.id).toBe('o1');
    expect(reason).toContain('Out of service: anthropic/a1 (Scripted 503.)');
    expect(out).toHaveLength(1);
  });

  test('leave their provider’s other models when no other provider is there', () => {
    const outages = [down('anthropic', 'a1'), down('openai', 'o1')];
    expect(routeModel(models, { class: 'write', outages }).choice?.id).toBe('a2');
  });

  test('are named when nobody is left, apart from those that are not fit anyway', () => {
    const all = [...models, { ...model('llama', 'small'), fit: ['score' as const] }];
    const { choice, out } = routeModel(all, {
      class: 'plan',
      outages: [...models, { provider: 'llama', id: 'small' }].map((each) => down(each.provider, each.id)),
    });
    expect(choice).toBeNull();
    expect(out.map((outage) => outage.model)).toEqual(['a1', 'a2', 'o1']);
  });

  test('are so under one account only', () => {
    const own = [model('openai', 'o1', 'wsp_1')];
    expect(routeModel(own, { class: 'write', outages: [down('openai', 'o1')] }).choice?.id).toBe('o1');
    expect(routeModel(own, { class: 'write', outages: [down('openai', 'o1', 'wsp_1')] }).choice).toBeNull();
  });

  test('go before an agent’s preference while another provider is well', () => {
    const needs = { class: 'write' as const, preferred: ['anthropic'], outages: [down('anthropic', 'a1')] };
    expect(routeModel(models, needs).choice?.id).toBe('o1');
  });
});
