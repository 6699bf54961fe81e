import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import type { Page } from '../../src/contracts/page.ts';
import type { Run } from '../../src/contracts/run.ts';
import type { Validation, WorkflowSummary, WorkflowView } from '../../src/contracts/workflow-view.ts';
import { standRun } from '../../src/db/standing/stand-run.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

const definition = {
  name: 'Two steps',
  inputs: { type: 'object', required: ['topic'], properties: { topic: { type: 'string' } } },
  steps: [
    {
      id: 'gather',
      kind: 'agent',
      with: {
        goal: 'Gather facts on ${{ inputs.topic }}.',
        requires: [{ capability: 'research', level: 3 }],
      },
    },
    {
      id: 'count',
      kind: 'set',
      dependsOn: ['gather'],
      with: { values: { n: 'size(steps.gather.output.markdown)' } },
    },
  ],
  output: '${{ steps.count.output.n }}',
};

describe('workflows', () => {
  test('the templates of a new workspace are valid here', async () => {
    const { body } = await api.ask<Page<WorkflowSummary>>('GET', 'workflows?orderBy=name');
    expect(body.items.map(({ name, origin }) => [name, origin])).toEqual([
      ['Board memo of risks', 'template'],
      ['Highlights brief', 'template'],
      ['Summary of documents', 'template'],
    ]);
    for (const { id } of body.items) {
      const { body: whole } = await api.ask<WorkflowView>('GET', `workflows/${id}`);
      const { body: checked } = await api.ask<Validation>('POST', 'workflows/validate', {
        body: whole.definition,
      });
      expect(checked).toEqual({ valid: true, problems: [] });
    }
  });

  test('one is saved from JSON, and the same from YAML', async () => {
    const json = await api.ask<WorkflowView>('POST', 'workflows', { body: definition });
    expect([json.status, json.headers.get('location')]).toEqual([201, `/api/v2/workflows/${json.body.id}`]);
    expect(json.body).toMatchObject({ name: 'Two steps', version: 1, origin: 'person' });
    const yaml = await api.ask<WorkflowView>('POST', 'workflows', {
      raw: { type: 'application/yaml', text: stringify(definition) },
    });
    expect(yaml.status).toBe(201);
    expect(yaml.body.definition).toEqual(json.body.definition);
  });

  test('a change is a new version, runs keep theirs, and a lost race is refused', async () => {
    const { body: made } = await api.ask<WorkflowView>('POST', 'workflows', { body: definition });
    const { body: run } = await api.ask<Run>('POST', `workflows/${made.id}/runs`, {
      body: { inputs: { topic: 'tea' } },
    });
    const changed = { ...definition, name: 'Two better steps' };
    const patch = () =>
      api.ask<WorkflowView>('PATCH', `workflows/${made.id}`, {
        body: changed,
        headers: { 'if-match': '"1"' },
      });
    const first = await patch();
    expect([first.status, first.body.version, first.body.name]).toEqual([200, 2, 'Two better steps']);
    expect((await patch()).status).toBe(412);
    const { body: versions } = await api.ask<{ items: { version: number }[] }>(
      'GET',
      `workflows/${made.id}/versions`,
    );
    expect(versions.items.map(({ version }) => version)).toEqual([2, 1]);
    const { body: same } = await api.ask<Run>('GET', `runs/${run.id}`);
    expect([same.workflowVersion, same.name]).toEqual([1, 'Two steps']);
  });

  test('a run is created with its steps and asked to start', async () => {
    const { body: made } = await api.ask<WorkflowView>('POST', 'workflows', { body: definition });
    const { status, headers, body } = await api.ask<Run>('POST', `workflows/${made.id}/runs`, {
      body: { inputs: { topic: 'tea' } },
    });
    expect([status, headers.get('location')]).toEqual([201, `/api/v2/runs/${body.id}`]);
    expect(body).toMatchObject({
      status: 'pending',
      inputs: { topic: 'tea' },
      cost: { usd: 0, calls: 0 },
      steps: [
        { key: 'gather', kind: 'agent', title: 'gather', status: 'pending', dependsOn: [], taskId: null },
        { key: 'count', kind: 'set', status: 'pending', dependsOn: ['gather'] },
      ],
      temporal: {
        workflowId: `run/${body.id}`,
        url: `http://127.0.0.1:8233/namespaces/default/workflows/run%2F${body.id}`,
        startedAt: null,
      },
    });
    const outbox = await api.db.acrossWorkspaces('SELECT status FROM outbox WHERE target = $1', [
      `run/${body.id}`,
    ]);
    expect(outbox).toEqual([{ status: 'ready' }]);
    const wrong = await api.problem('POST', `workflows/${made.id}/runs`, { body: { inputs: { topic: 3 } } });
    expect([wrong.status, wrong.body.problems[0]?.pointer]).toEqual([422, '/inputs/topic']);
    expect((await api.ask<Run>('POST', `runs/${body.id}/cancel`)).status).toBe(202);
  });

  test('an item of a forEach that has begun is changed by its key, and the step says how many there are', async () => {
    const each = { items: ['tea', 'rum'], maxParallel: 1 };
    const read = {
      id: 'read',
      kind: 'agent',
      forEach: each,
      with: { goal: 'Read on ${{ item }}.', requires: [] },
    };
    const { body: made } = await api.ask<WorkflowView>('POST', 'workflows', {
      body: { name: 'Each', steps: [read] },
    });
    const { body: run } = await api.ask<Run>('POST', `workflows/${made.id}/runs`);
    const body = { with: { goal: 'Read much on ${{ item }}.' } };
    const path = `runs/${run.id}/steps/${encodeURIComponent('read[1]')}`;
    expect((await api.problem('PATCH', path, { body })).status).toBe(404);
    await api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, (tx) =>
      standRun(tx, run.id, { now: new Date(), models: [], tools: [] }),
    );
    const changed = await api.ask<Run>('PATCH', path, { body });
    expect(changed.status).toBe(202);
    expect(changed.body.steps.map(({ key, items, changes }) => [key, items, changes])).toEqual([
      ['read', 2, null],
      ['read[0]', null, null],
      ['read[1]', null, body],
    ]);
    const beyond = `runs/${run.id}/steps/${encodeURIComponent('read[2]')}`;
    expect((await api.problem('PATCH', beyond, { body })).status).toBe(404);
    await api.ask('POST', `runs/${run.id}/cancel`);
  });

  test('a step of a run can be changed: by operators, with the version they looked at, each fault with its place', async () => {
    const { body: made } = await api.ask<WorkflowView>('POST', 'workflows', { body: definition });
    const begun = await api.ask<Run>('POST', `workflows/${made.id}/runs`, {
      body: { inputs: { topic: 'tea' } },
    });
    const path = `runs/${begun.body.id}/steps/gather`;
    const etag = (await api.ask<Run>('GET', `runs/${begun.body.id}`)).headers.get('etag') ?? '';
    const body = { with: { goal: 'Gather more on ${{ inputs.topic }}.' }, model: 'big' };
    const change = () => api.ask<Run>('PATCH', path, { body, headers: { 'If-Match': etag } });
    const changed = await change();
    expect([changed.status, changed.body.steps[0]?.changes]).toEqual([202, body]);
    expect((await change()).status).toBe(412);
    const wrong = await api.problem('PATCH', path, {
      body: { with: { goal: '${{ inputs.nothing }}', what: 1 } },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.problems.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/with/goal',
      '/with/what',
    ]);
    expect((await api.problem('PATCH', path, { body: {} })).status).toBe(422);
    expect((await api.problem('PATCH', `runs/${begun.body.id}/steps/none`, { body })).status).toBe(404);
    for (const [options, status] of [
      [{}, 403],
      [{ foreign: true }, 404],
    ] as const)
      expect(
        (
          await api.problem('PATCH', path, {
            body,
            key: await api.keyOf('foreign' in options ? 'operator' : 'viewer', options),
          })
        ).status,
      ).toBe(status);
  });

  test('an archived one starts nothing', async () => {
    const { body: made } = await api.ask<WorkflowView>('POST', 'workflows', { body: definition });
    expect((await api.ask('DELETE', `workflows/${made.id}`)).status).toBe(204);
    expect(
      (await api.problem('POST', `workflows/${made.id}/runs`, { body: { inputs: { topic: 'x' } } })).status,
    ).toBe(404);
  });

  test('the schema is published', async () => {
    const { status, body } = await api.ask('GET', '/schemas/workflow.json', { key: null });
    expect([status, body.$schema]).toEqual([200, 'https://json-schema.org/draft/2020-12/schema']);
  });
});
