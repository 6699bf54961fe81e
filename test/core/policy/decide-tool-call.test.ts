import { describe, expect, test } from '@jest/globals';
import { RuleTerms } from '../../../src/contracts/approval-rule.ts';
import { checkRule } from '../../../src/core/policy/check-rule.ts';
import { decideToolCall, type ToolQuestion } from '../../../src/core/policy/decide-tool-call.ts';
import { fits, type PolicyRule } from '../../../src/core/policy/match-rule.ts';

const rule = (
  terms: Partial<RuleTerms> & Pick<RuleTerms, 'effect'>,
  agentId: string | null = null,
): PolicyRule => ({
  ...RuleTerms.parse(terms),
  id: 'apl_1',
  name: 'Rule',
  agentId,
});
const decide = (question: Partial<ToolQuestion> & { risk?: 'low' | 'medium' | 'high' } = {}) =>
  decideToolCall({
    tool: { name: 'pay', risk: question.risk ?? 'medium' },
    args: { amount: 120, to: 'ann' },
    destination: 'api.bank.example',
    agent: { id: 'agt_1', tools: ['pay'] },
    rules: [],
    spentUsd: 1,
    ...question,
  });
const said = (...rules: PolicyRule[]) => decide({ rules }).decision;

describe('the policy of tool calls', () => {
  test('refuses what is not on the agent’s list, whatever rules say', () => {
    const agent = { id: 'agt_1', tools: ['search_files'] };
    expect(decide({ agent, rules: [rule({ effect: 'allow' })] })).toEqual({
      decision: 'refuse',
      reason: 'You may not use the tool "pay".',
    });
  });

  test('without rules asks for high risk alone, and in a plan of a model for medium risk too', () => {
    const found = (['low', 'medium', 'high'] as const).flatMap((risk) => [
      decide({ risk }).decision,
      decide({ risk, agent: null, planned: true }).decision,
    ]);
    expect(found).toEqual(['allow', 'allow', 'allow', 'ask', 'ask', 'ask']);
    expect(decide({ risk: 'high', rules: [rule({ effect: 'allow' })] }).decision).toBe('allow');
  });

  test('lets deny go before ask, and ask before allow, in any order', () => {
    const [allow, ask, deny] = (['allow', 'ask', 'deny'] as const).map((effect) => rule({ effect }));
    if (!allow || !ask || !deny) throw new Error('There are three.');
    expect([said(allow, ask), said(ask, allow), said(allow, deny, ask), said(ask, deny)]).toEqual([
      'ask',
      'ask',
      'refuse',
      'refuse',
    ]);
  });

  test.each<[string, Partial<RuleTerms>, boolean]>([
    ['the name', { tool: 'pay' }, true],
    ['a part of the name', { tool: 'p*y' }, true],
    ['another name', { tool: 'payment' }, false],
    ['this risk', { risk: 'medium' }, true],
    ['a higher risk', { risk: 'high' }, false],
    ['the host', { destination: '*.bank.example' }, true],
    ['another host', { destination: '*.shop.example' }, false],
    ['less money', { amount: { argument: '/amount', atLeast: 100 } }, true],
    ['more money', { amount: { argument: '/amount', atLeast: 121 } }, false],
    ['money that is not named', { amount: { argument: '/price', atLeast: 0 } }, false],
    ['money that is no number', { amount: { argument: '/to', atLeast: 1000 } }, true],
    ['less cost than there was', { spentUsd: 0.5 }, true],
    ['more cost than there was', { spentUsd: 2 }, false],
    ['a condition that holds', { when: 'arguments.amount > 100 && agent == "agt_1"' }, true],
    ['a condition that does not', { when: 'arguments.to == "bob"' }, false],
    ['a condition that fails', { when: 'arguments.nothing.there > 1' }, true],
    ['a condition that is no condition', { when: 'tool' }, true],
    ['all that it names', { tool: 'pay', risk: 'low', destination: 'api.*' }, true],
    ['not all that it names', { tool: 'pay', risk: 'high', destination: 'api.*' }, false],
  ])('asks by a rule over %s: %j', (_what, terms, asks) => {
    expect(said(rule({ ...terms, effect: 'ask' }))).toBe(asks ? 'ask' : 'allow');
  });

  test('never opens a door by a rule that cannot be read over the call', () => {
    const doubtful = [{ when: 'arguments.nothing > 1' }, { amount: { argument: '/to', atLeast: 1 } }];
    for (const terms of doubtful) {
      expect(decide({ risk: 'high', rules: [rule({ ...terms, effect: 'allow' })] }).decision).toBe('ask');
      expect(said(rule({ ...terms, effect: 'deny' }))).toBe('refuse');
    }
    const costly = rule({ spentUsd: 1, effect: 'allow' });
    expect(decide({ risk: 'high', spentUsd: null, rules: [costly] }).decision).toBe('ask');
  });

  test('asks once for several rules, as strictly as the strictest', () => {
    const rules = [
      rule({ effect: 'ask', expiresIn: 'P2D' }),
      rule({ effect: 'ask', expiresIn: 'PT1H', remindBefore: 'PT10M' }),
      rule({ effect: 'ask', fourEyes: true }),
    ];
    expect(decide({ rules })).toMatchObject({
      ask: {
        fourEyes: true,
        expiresMs: 3_600_000,
        remindBeforeMs: 600_000,
        ruleIds: ['apl_1', 'apl_1', 'apl_1'],
      },
    });
  });

  test('reads a star as any characters, and everything else as it stands', () => {
    const found: [string, string, boolean][] = [
      ['*', '', true],
      ['a*b*c', 'a-b-b-c', true],
      ['a*b', 'ab', true],
      ['ab*b', 'ab', false],
      ['mail.*', 'mailbox', false],
      ['Files.*', 'files.read', true],
      ['*example.com', 'evil-example.com.attacker.net', false],
    ];
    expect(found.map(([glob, text]) => fits(glob, text))).toEqual(found.map(([, , is]) => is));
  });
});

describe('an approval rule', () => {
  test('is checked whole: every problem at its place', () => {
    const broken = RuleTerms.parse({
      effect: 'deny',
      expiresIn: 'PT0S',
      remindBefore: 'PT1H',
      fourEyes: true,
      when: 'argument.x > clock()',
    });
    expect(checkRule(broken).map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/expiresIn too_small',
      '/remindBefore too_big',
      '/expiresIn not_allowed',
      '/remindBefore not_allowed',
      '/fourEyes not_allowed',
      '/when unknown_function',
    ]);
    const unknown = RuleTerms.parse({ effect: 'ask', when: 'argument.x > 1', remindBefore: 'PT1H' });
    expect(checkRule(unknown).map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/remindBefore not_allowed',
      '/when unknown_name',
    ]);
  });
});
