import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LearnedFigures } from '../../src/core/model-experience.ts';
import {
  isOutOfService,
  type ModelCandidate,
  type ModelNeeds,
  modelFits,
  nameOf,
  routeModel,
  taskClasses,
} from '../../src/core/route-model.ts';

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
      why: 'its window of 2,048 tokens is too small: this needs 2,049',
    });
  });

  test('says why there is none', () => {
    expect(routeModel([], { class: 'plan' })).toEqual({
      choice: null,
      reason: 'No model is configured.',
      candidates: [],
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

describe('what was learned', () => {
  const figures = (fields: Partial<LearnedFigures>): LearnedFigures => ({
    success: 0.95,
    p95Ms: 4000,
    microUsd: 2000,
    calls: 40,
    ...fields,
  });
  const learned = (...entries: [ModelCandidate, Partial<LearnedFigures>][]) =>
    new Map(entries.map(([each, fields]) => [nameOf(each), figures(fields)]));

  test('moves a model that mostly fails behind one that does not, and says with which figures', () => {
    const needs = { class: 'write' as const, learned: learned([sonnet, { success: 0.3 }], [sol, {}]) };
    const { choice, reason, candidates } = routeModel(all, needs);
    expect(choice).toBe(sol);
    expect(reason).toBe(
      'openai/gpt-6.1-sol does best for write (95 % succeed, 4.0 s, $0.0020), before anthropic/claude-sonnet-5-5 (30 % succeed, 4.0 s, $0.0020).',
    );
    expect(candidates.map((each) => each.model)).toEqual(['gpt-6.1-sol', 'claude-sonnet-5-5']);
  });

  test('weighs cost and time where both are known, but not against a clear preference', () => {
    const dear = { microUsd: 90_000, p95Ms: 60_000, success: 0.9 };
    const needs = { class: 'write' as const, learned: learned([sonnet, dear], [sol, { success: 0.99 }]) };
    expect(routeModel(all, needs).choice).toBe(sol);
    expect(routeModel(all, { ...needs, preferred: ['sonnet'] }).choice).toBe(sonnet);
  });

  test('lets a slow model wait behind the others where the agent sets a limit, and takes it when it is alone', () => {
    const needs = { class: 'write' as const, maxMs: 5000, learned: learned([sonnet, { p95Ms: 9000 }]) };
    expect(routeModel(all, needs)).toMatchObject({
      choice: sol,
      reason: expect.stringContaining('(lacks speed)'),
    });
    expect(routeModel([sonnet], needs)).toMatchObject({
      choice: sonnet,
      reason: expect.stringContaining('It lacks speed.'),
    });
  });

  test('a wish goes before preference and experience, and excludes nobody', () => {
    const needs = { class: 'write' as const, wishes: ['vision' as const], preferred: ['sonnet'] };
    expect(routeModel(all, needs).choice).toBe(sol);
    expect(routeModel([sonnet], needs)).toMatchObject({
      choice: sonnet,
      candidates: [{ lacks: ['vision'] }],
    });
  });
});

describe('whatever models, needs and figures there are', () => {
  const fit = fc.uniqueArray(fc.constantFrom(...modelFits));
  const candidate = fc.record({
    provider: fc.constantFrom('anthropic', 'openai', 'llama'),
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    aliases: fc.constant([]),
    fit,
    contextTokens: fc.constantFrom(1000, 100_000),
  });
  const models = fc.uniqueArray(candidate, { selector: nameOf, maxLength: 10 });
  const names = fc.uniqueArray(fc.constantFrom('anthropic', 'openai', 'a', 'openai/b', 'llama/c', 'nobody'));
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const known = fc.record({
    success: share,
    p95Ms: fc.option(fc.nat(100_000)),
    microUsd: fc.option(fc.nat(1_000_000)),
    calls: fc.nat(100),
  });
  const everyName = ['anthropic', 'openai', 'llama'].flatMap((p) =>
    ['a', 'b', 'c', 'd'].map((m) => `${p}/${m}`),
  );
  const learned = fc
    .array(fc.tuple(fc.constantFrom(...everyName), known))
    .map((entries): ReadonlyMap<string, LearnedFigures> => new Map(entries));
  const outage = fc.record({
    account: fc.constant('environment'),
    provider: fc.constantFrom('anthropic', 'openai', 'llama'),
    model: fc.constantFrom('a', 'b', 'c', 'd'),
    reason: fc.constant('down'),
  });
  const needs: fc.Arbitrary<ModelNeeds> = fc.record(
    {
      class: fc.constantFrom(...taskClasses),
      needs: fit,
      wishes: fit,
      contextTokens: fc.constantFrom(500, 50_000),
      preferred: names,
      allowed: names,
      maxMs: fc.option(fc.nat(50_000)),
      outages: fc.array(outage, { maxLength: 4 }),
      learned,
    },
    { requiredKeys: ['class'] },
  );

  test('each is either a candidate or out with a reason, and the choice is the first candidate', () => {
    fc.assert(
      fc.property(models, needs, (given, asked) => {
        const { choice, candidates, rejected, reason, out } = routeModel(given, asked);
        const both = [...candidates, ...rejected].map((each) => `${each.provider}/${each.model}`);
        expect(both.toSorted()).toEqual(given.map(nameOf).toSorted());
        expect(choice ? nameOf(choice) : null).toBe(
          candidates[0] ? `${candidates[0].provider}/${candidates[0].model}` : null,
        );
        expect(reason).not.toBe('');
        if (choice) expect(isOutOfService(choice, asked.outages ?? [])).toBe(false);
        for (const each of out)
          expect(rejected).toContainEqual(expect.objectContaining({ model: each.model }));
      }),
    );
  });

  test('the choice is fit, large enough and allowed', () => {
    fc.assert(
      fc.property(models, needs, (given, asked) => {
        const { choice } = routeModel(given, asked);
        if (!choice) return;
        for (const need of asked.needs ?? []) expect(choice.fit).toContain(need);
        expect(choice.contextTokens).toBeGreaterThanOrEqual(asked.contextTokens ?? 0);
        const { allowed = [] } = asked;
        const called = [choice.provider, choice.id, nameOf(choice)];
        if (allowed.length > 0) expect(allowed.some((name) => called.includes(name))).toBe(true);
      }),
    );
  });

  test('scores lie between 0 and 1, and a better success never makes a model worse', () => {
    fc.assert(
      fc.property(models, needs, fc.nat(9), share, (given, asked, at, better) => {
        const before = routeModel(given, asked);
        for (const { score } of before.candidates) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        }
        const favourite = given[at % Math.max(1, given.length)];
        if (!favourite) return;
        const name = nameOf(favourite);
        const was = asked.learned?.get(name);
        if (!was) return;
        const raised = new Map(asked.learned).set(name, { ...was, success: Math.max(was.success, better) });
        const place = (decision: typeof before) =>
          decision.candidates.findIndex((each) => `${each.provider}/${each.model}` === name);
        expect(place(routeModel(given, { ...asked, learned: raised }))).toBeLessThanOrEqual(place(before));
      }),
    );
  });

  test('who does not know anything goes by preference, then by the order given', () => {
    fc.assert(
      fc.property(models, fc.constantFrom(...taskClasses), (given, asked) => {
        const { choice } = routeModel(given, { class: asked });
        const { candidates } = routeModel(given, { class: asked });
        expect(choice).toBe(
          given.find((each) => nameOf(each) === `${candidates[0]?.provider}/${candidates[0]?.model}`) ?? null,
        );
        expect(candidates.map((each) => `${each.provider}/${each.model}`)).toEqual(
          given
            .map(nameOf)
            .filter((name) => candidates.some((each) => `${each.provider}/${each.model}` === name)),
        );
      }),
    );
  });
});
