import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ApprovalRule } from '../../src/contracts/approval-rule.ts';
import type { Page } from '../../src/contracts/page.ts';
import type { ToolView } from '../../src/contracts/tool-card.ts';
import { recordTools } from '../../src/tools/registry.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi({
    toolsOf: async () => recordTools.map((tool, i) => (i === 0 ? { ...tool, origin: 'files server' } : tool)),
  });
});

const make = (body: object) => api.ask<ApprovalRule>('POST', 'approval-rules', { body });

describe('approval rules', () => {
  test('are made, listed, changed and removed', async () => {
    const made = await make({
      name: 'Money',
      tool: 'pay_*',
      risk: 'medium',
      effect: 'ask',
      expiresIn: 'P1D',
    });
    expect([made.status, made.headers.get('location')]).toEqual([
      201,
      `/api/v2/approval-rules/${made.body.id}`,
    ]);
    expect(made.body).toMatchObject({ tool: 'pay_*', risk: 'medium', when: null, remindBefore: null });
    const path = `approval-rules/${made.body.id}`;
    const changed = await api.ask<ApprovalRule>('PATCH', path, { body: { effect: 'deny', expiresIn: null } });
    expect(changed.body).toMatchObject({ name: 'Money', tool: 'pay_*', effect: 'deny', expiresIn: null });
    const filter = encodeURIComponent('effect == "deny"');
    const { body } = await api.ask<Page<ApprovalRule>>('GET', `approval-rules?filter=${filter}`);
    expect(body.items.map(({ id }) => id)).toEqual([made.body.id]);
    expect((await api.ask('DELETE', path)).status).toBe(204);
    expect((await api.ask('DELETE', path)).status).toBe(404);
  });

  test('that cannot be are refused with every problem, and nothing is changed', async () => {
    const shape = await api.problem('POST', 'approval-rules', {
      body: { name: '', effect: 'maybe', expiresIn: 'soon', amount: { argument: 'x', atLeast: -1 }, more: 1 },
    });
    const pointers = (problems: { pointer: string }[]) => problems.map(({ pointer }) => pointer).sort();
    expect([shape.status, pointers(shape.body.problems)]).toEqual([
      422,
      ['/amount/argument', '/amount/atLeast', '/effect', '/expiresIn', '/more', '/name'],
    ]);
    const { body: rule } = await make({ name: 'Ask', effect: 'ask', expiresIn: 'PT1H' });
    const agentId = 'agt_01k5zj7q3ve4r9t0m2n4p6q8s0';
    const sense = await api.problem('PATCH', `approval-rules/${rule.id}`, {
      body: { effect: 'allow', when: 'nobody', agentId },
    });
    expect([sense.status, pointers(sense.body.problems)]).toEqual([422, ['/agentId', '/expiresIn', '/when']]);
    const { body } = await api.ask<Page<ApprovalRule>>('GET', 'approval-rules');
    expect(body.items.find(({ id }) => id === rule.id)).toEqual(rule);
  });

  test('are made by owners of the workspace alone, and not by a key that acts for an agent', async () => {
    const body = { name: 'Open', effect: 'allow' };
    const operator = await api.keyOf('operator');
    expect((await api.problem('POST', 'approval-rules', { body, key: operator })).status).toBe(403);
    const { body: agents } = await api.ask<Page<{ id: string }>>('GET', 'agents');
    const agentId = agents.items[0]?.id;
    const made = await api.ask<{ secret: string; agentId: string }>('POST', 'keys', {
      body: { name: 'for an agent', role: 'owner', agentId },
    });
    expect(made.body.agentId).toBe(agentId);
    const key = made.body.secret;
    expect((await api.problem('POST', 'approval-rules', { body, key })).status).toBe(403);
    expect((await api.problem('POST', 'keys', { body: { name: 'free' }, key })).status).toBe(403);
    expect((await api.ask('GET', 'approval-rules', { key })).status).toBe(200);
    const foreign = await api.keyOf('owner', { foreign: true });
    const { body: mine } = await make(body);
    expect((await api.problem('DELETE', `approval-rules/${mine.id}`, { key: foreign })).status).toBe(404);
  });
});

test('tools are listed with risk, effect and where they come from', async () => {
  const { body } = await api.ask<{ items: ToolView[] }>('GET', 'tools');
  expect(body.items.map(({ name }) => name)).toEqual(recordTools.map(({ name }) => name));
  expect(body.items[0]).toMatchObject({
    risk: 'low',
    effect: 'none',
    origin: 'files server',
    parameters: { type: 'object' },
  });
  expect(body.items[1]?.origin).toBe('built in');
});
