import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { World } from '../../../src/core/workflow/world.ts';
import { checkDefinition, validateDefinition } from '../../../src/core/workflow/validate-definition.ts';

const world: World = {
  agents: [
    { id: 'agt_1', capabilities: [{ name: 'research', level: 3 }] },
    { id: 'agt_2', capabilities: [{ name: 'writing', level: 5 }] },
  ],
  tools: ['fetch'],
  workflows: [{ id: 'wfl_1', versions: [1, 2] }],
  hasChiefOfStaff: false,
  deciders: 2,
};

type Raw = Record<string, unknown>;
const set = (id: string, values: Raw = { n: '1' }, more: Raw = {}): Raw => ({
  id,
  kind: 'set',
  with: { values },
  ...more,
});
const agent = (id: string, given: Raw = {}, more: Raw = {}): Raw => ({
  id,
  kind: 'agent',
  with: { goal: 'g', requires: [], ...given },
  ...more,
});
const define = (steps: unknown[], more: Raw = {}) => ({ name: 'test', steps, ...more });
const found = (source: unknown, more: Partial<World> = {}) =>
  validateDefinition(source, { ...world, ...more }).map(({ pointer, code }) => `${pointer} ${code}`);
const message = (source: unknown) => validateDefinition(source, world)[0]?.message;

const named = { type: 'object', properties: { who: { type: 'string' } } };

describe('a good definition', () => {
  it('has no problems and comes back whole', () => {
    const source = define(
      [
        set('a', { n: 'inputs.who + "!"' }),
        agent(
          'b',
          {
            goal: 'For ${{ inputs.who }}: ${{ steps.a.output.n }}',
            requires: [{ capability: 'writing', level: 5 }],
          },
          {
            dependsOn: ['a'],
            if: 'size(steps.a.output.n) > 2',
            forEach: { items: '["x", "y"]', as: 'letter' },
          },
        ),
        set('c', { all: 'steps.b.output.map(x, x)', one: '${{ steps.b.output[0] }}' }, { dependsOn: ['b'] }),
      ],
      { inputs: named, output: { text: '${{ steps.c.output.all }}' } },
    );
    const { definition, problems } = checkDefinition(source, world);
    expect(problems).toEqual([]);
    expect(definition?.steps).toHaveLength(3);
  });
});

describe('the graph', () => {
  it('has unique ids', () => {
    expect(found(define([set('a'), set('b'), set('a')]))).toEqual(['/steps/2/id duplicate_id']);
  });

  it('names only steps that are there, once', () => {
    expect(found(define([set('a'), set('b', { n: '1' }, { dependsOn: ['a', 'x', 'a'] })]))).toEqual([
      '/steps/1/dependsOn/1 unknown_step',
      '/steps/1/dependsOn/2 duplicate',
    ]);
  });

  it('has no rings, and each is named', () => {
    const needs = (id: string, ...dependsOn: string[]) => set(id, { n: '1' }, { dependsOn });
    const source = define([
      needs('a', 'c'),
      needs('b', 'a'),
      needs('c', 'b'),
      needs('d', 'c'),
      needs('e', 'e'),
    ]);
    expect(found(source)).toEqual(['/steps/0/dependsOn/0 cycle', '/steps/4/dependsOn/0 cycle']);
    expect(message(source)).toBe('The steps wait for each other: "a" needs "c" needs "b" needs "a".');
  });

  it('lets "any" have one dependency', () => {
    expect(found(define([set('a'), set('b', { n: '1' }, { dependsOn: ['a'], join: 'any' })]))).toEqual([]);
  });
});

describe('names', () => {
  it('of steps lead only to what comes before', () => {
    const later = 'steps.b.output.n';
    const source = define(
      [
        agent(
          'a',
          { goal: `\${{ ${later} }}`, files: [`\${{ ${later} }}`] },
          { if: `${later} == 1`, forEach: { items: `[${later}]` } },
        ),
        set('b', { n: '1', own: 'steps.b.output.n', from: '${{ steps.a.output }}' }),
        { id: 'c', kind: 'tool', with: { tool: 'fetch', arguments: { deep: [{ x: `\${{ ${later} }}` }] } } },
      ],
      { output: ['${{ steps.b.output.n }}', '${{ steps.z.output }}'] },
    );
    expect(found(source)).toEqual([
      '/steps/0/if not_an_ancestor',
      '/steps/0/forEach/items not_an_ancestor',
      '/steps/0/with/goal not_an_ancestor',
      '/steps/0/with/files/0 not_an_ancestor',
      '/steps/1/with/values/own not_an_ancestor',
      '/steps/1/with/values/from not_an_ancestor',
      '/steps/2/with/arguments/deep/0/x not_an_ancestor',
      '/output/1 unknown_step',
    ]);
  });

  it('of steps may skip over others', () => {
    const source = define([
      set('a'),
      set('b', { n: '1' }, { dependsOn: ['a'] }),
      set('c', { n: 'steps.a.output.n' }, { dependsOn: ['b'] }),
    ]);
    expect(found(source)).toEqual([]);
  });

  it('say what they want of a step', () => {
    const source = define([
      set('a'),
      set('b', { n: 'steps.a', m: '${{ steps.a.result }}', o: 'size(steps)' }, { dependsOn: ['a'] }),
    ]);
    expect(found(source)).toEqual([
      '/steps/1/with/values/n bad_reference',
      '/steps/1/with/values/m bad_reference',
      '/steps/1/with/values/o bad_reference',
    ]);
  });

  it('of outputs are known where the step says what it gives', () => {
    const source = define([
      set('a'),
      agent('b', { outputSchema: { type: 'object', properties: { title: { type: 'string' } } } }),
      set('c', { n: '1' }, { forEach: { items: [1] } }),
      set(
        'd',
        {
          x: 'steps.a.output.m',
          y: 'steps.b.output.text',
          z: 'steps.c.output.n',
          fine: 'steps.c.output[0].n',
        },
        {
          dependsOn: ['a', 'b', 'c'],
        },
      ),
    ]);
    expect(found(source)).toEqual([
      '/steps/3/with/values/x unknown_output',
      '/steps/3/with/values/y unknown_output',
      '/steps/3/with/values/z unknown_output',
    ]);
  });

  it('of inputs are declared', () => {
    const source = define([set('a', { n: 'inputs.who + inputs.whom' })]);
    expect(found({ ...source, inputs: named })).toEqual(['/steps/0/with/values/n unknown_input']);
    expect(found({ ...source, inputs: { ...named, additionalProperties: true } })).toEqual([]);
    expect(found(source)).toEqual([
      '/steps/0/with/values/n unknown_input',
      '/steps/0/with/values/n unknown_input',
    ]);
  });

  it('are inputs, steps and the item, and nothing else', () => {
    const source = define([
      set('my-step', { n: 'outputs.x' }),
      set(
        'b',
        { n: 'row.x', m: 'item.y' },
        { dependsOn: ['my-step'], forEach: { items: [1], as: 'row' }, if: 'row == 1' },
      ),
      set('c', { n: 'steps.my-step.output.n' }, { dependsOn: ['my-step'] }),
    ]);
    expect(found(source)).toEqual([
      '/steps/0/with/values/n unknown_name',
      '/steps/1/if unknown_name',
      '/steps/1/with/values/m unknown_name',
      '/steps/2/with/values/n unknown_step',
      '/steps/2/with/values/n unknown_name',
    ]);
    expect(validateDefinition(source, world)[1]?.message).toContain('known here: inputs, steps.');
    expect(validateDefinition(source, world).at(-1)?.message).toContain('steps["my-step"]');
  });

  it('stand only where they are replaced', () => {
    const source = define([{ id: 'a', kind: 'tool', with: { tool: '${{ inputs.t }}', arguments: {} } }]);
    expect(found(source)).toEqual(['/steps/0/with/tool reference_not_allowed']);
  });
});

describe('expressions', () => {
  it('parse, or the offset is named', () => {
    const source = define([set('a', { n: '1 + ', m: 'inputs.who ==' }, { if: 'a b' })], { inputs: named });
    expect(found(source)).toEqual([
      '/steps/0/if expression_syntax',
      '/steps/0/with/values/n expression_syntax',
      '/steps/0/with/values/m expression_syntax',
    ]);
    expect(message(source)).toMatch(/^At offset 2: /);
  });

  it('call only functions that exist, on types that fit', () => {
    const source = define([set('a', { n: 'sum([1])', m: '1 + "a" == inputs.who' })], { inputs: named });
    expect(found(source)).toEqual([
      '/steps/0/with/values/n unknown_function',
      '/steps/0/with/values/m expression_type',
    ]);
  });

  it('that always give the same are tried out', () => {
    const source = define([
      set('a', { n: '1.0 / 0.0', m: '1 + 1' }, { if: '"yes"' }),
      set('b', { n: '1' }, { forEach: { items: '1 + 1' } }),
      set('c', { n: '1' }, { forEach: { items: `[${'1,'.repeat(200)}1]` }, if: 'true' }),
    ]);
    expect(found(source)).toEqual([
      '/steps/0/if expression_type',
      '/steps/0/with/values/n expression_type',
      '/steps/1/forEach/items expression_type',
      '/steps/2/forEach/items too_many_items',
    ]);
  });

  it('over lists of the inputs agree with what the inputs declare', () => {
    const inputs = (list: Raw) => ({ inputs: { type: 'object', properties: { list } } });
    const source = (items: string) => [set('a', { n: '1' }, { forEach: { items } })];
    expect(found(define(source('inputs.list'), inputs({ type: 'string' })))).toEqual([
      '/steps/0/forEach/items expression_type',
    ]);
    expect(found(define(source('${{ inputs.list }}'), inputs({ type: 'array', maxItems: 500 })))).toEqual([
      '/steps/0/forEach/items too_many_items',
    ]);
    expect(found(define(source('inputs.list'), inputs({ type: 'array', maxItems: 200 })))).toEqual([]);
    expect(found(define(source('[inputs.list]'), inputs({ type: 'string' })))).toEqual([]);
  });

  it('are told from text with references', () => {
    expect(message(define([set('a', { n: 'Dear ${{ inputs.who }}' })], { inputs: named }))).toContain(
      'This is an expression',
    );
    expect(found(define([agent('a', { goal: 'x ${{ inputs.who' })]))).toEqual([
      '/steps/0/with/goal bad_reference',
    ]);
    expect(found(define([agent('a', { goal: '${{ 1 + 1 }}' })]))).toEqual([
      '/steps/0/with/goal bad_reference',
    ]);
  });
});

describe('the workspace', () => {
  it('has the agents and capabilities that are asked for', () => {
    const requires = (...names: [string, number][]) => ({
      requires: names.map(([capability, level]) => ({ capability, level })),
    });
    const source = define([
      agent('a', { agentId: 'agt_9' }),
      agent('b', requires(['cooking', 1])),
      agent('c', requires(['research', 4])),
      agent('d', requires(['research', 1], ['writing', 1])),
      agent('e', { agentId: 'agt_1', ...requires(['writing', 1]) }),
      { id: 'f', kind: 'agent', with: { goal: 'g' } },
      agent('g', { agentId: 'agt_1' }),
    ]);
    expect(found(source)).toEqual([
      '/steps/0/with/agentId unknown_agent',
      '/steps/1/with/requires/0/capability unknown_capability',
      '/steps/2/with/requires/0/level level_too_high',
      '/steps/3/with/requires no_capable_agent',
      '/steps/4/with/requires/0 agent_not_capable',
      '/steps/5/with missing',
    ]);
    expect(validateDefinition(source, world)[1]?.message).toBe(
      'Nobody has "cooking". There is: research, writing.',
    );
  });

  it('has the tools and workflows that are named', () => {
    const call = (id: string, given: Raw) => ({ id, kind: 'workflow', with: { inputs: {}, ...given } });
    const source = define([
      { id: 'a', kind: 'tool', with: { tool: 'rm', arguments: {} } },
      call('b', { workflowId: 'wfl_9' }),
      call('c', { workflowId: 'wfl_1', version: 3 }),
      call('d', { workflowId: 'wfl_1' }),
    ]);
    expect(found(source)).toEqual([
      '/steps/0/with/tool unknown_tool',
      '/steps/1/with/workflowId unknown_workflow',
      '/steps/2/with/version unknown_version',
    ]);
  });

  it('has a Chief of Staff if a step wants a new plan', () => {
    const source = define([set('a', { n: '1' }, { onError: 'replan' })]);
    expect(found(source)).toEqual(['/steps/0/onError no_chief_of_staff']);
    expect(found(source, { hasChiefOfStaff: true })).toEqual([]);
  });
});

describe('bounds', () => {
  it('hold for forEach', () => {
    const each = (forEach: Raw) => set('a', { n: '1' }, { forEach });
    expect(found(define([each({ items: Array.from({ length: 201 }, () => 1) })]))).toEqual([
      '/steps/0/forEach/items too_many_items',
    ]);
    expect(found(define([each({ items: [1, 2, 3] })]), { limits: { forEachItems: 2 } })).toEqual([
      '/steps/0/forEach/items too_many_items',
    ]);
    expect(found(define([each({ items: [1], maxParallel: 0 })]))).toEqual([
      '/steps/0/forEach/maxParallel too_small',
    ]);
    expect(found(define([each({ items: [1], maxParallel: 201 })]))).toEqual([
      '/steps/0/forEach/maxParallel too_big',
    ]);
    expect(found(define([each({ items: [1], as: 'steps' })]))).toEqual(['/steps/0/forEach/as reserved_name']);
    expect(found(define([each({ items: '[1' })]))).toEqual(['/steps/0/forEach/items expression_syntax']);
  });

  it('hold for times', () => {
    const step = (more: Raw) => define([set('a', { n: '1' }, more)]);
    expect(found(step({ timeout: 'P1M' }))).toEqual(['/steps/0/timeout invalid_format']);
    expect(found(step({ timeout: 'PT0S' }))).toEqual(['/steps/0/timeout too_small']);
    expect(found(step({ timeout: 'P400D' }))).toEqual(['/steps/0/timeout too_big']);
    expect(found(step({ retry: { maxAttempts: 21 } }))).toEqual(['/steps/0/retry/maxAttempts too_big']);
    expect(found(step({ retry: { maxAttempts: 2, initialInterval: 'PT1H' } }))).toEqual([
      '/steps/0/retry/initialInterval too_big',
    ]);
    expect(found(step({ retry: { maxAttempts: 2, backoff: 0.5 } }))).toEqual([
      '/steps/0/retry/backoff too_small',
    ]);
  });

  it('hold for what a wait step waits for', () => {
    const wait = (given: Raw) => found(define([{ id: 'a', kind: 'wait', with: given }], { inputs: named }));
    expect(wait({})).toEqual(['/steps/0/with exactly_one']);
    expect(wait({ for: 'PT1S', message: 'm' })).toEqual(['/steps/0/with exactly_one']);
    expect(wait({ until: 'tomorrow' })).toEqual(['/steps/0/with/until invalid_format']);
    expect(wait({ until: '2030-01-31T09:00:00Z' })).toEqual([]);
    expect(wait({ until: '${{ inputs.who }}' })).toEqual([]);
  });

  it('hold for set steps, schemas and the number of steps', () => {
    expect(found(define([set('a', {})]))).toEqual(['/steps/0/with/values too_small']);
    expect(found(define([agent('a', { outputSchema: { type: 'text' } })]))).toEqual([
      '/steps/0/with/outputSchema/type invalid_schema',
    ]);
    expect(found(define([set('a')], { inputs: { properties: { x: 1 }, required: 'x' } }))).toEqual([
      '/inputs/properties/x invalid_schema',
      '/inputs/required invalid_schema',
    ]);
    expect(
      found(define([agent('a', { outputSchema: { type: 'string', pattern: '(' } })], { inputs: { if: {} } })),
    ).toEqual(['/inputs invalid_schema', '/steps/0/with/outputSchema invalid_schema']);
    const inputs = { type: 'object', properties: { days: { type: 'integer', default: 'two' } } };
    expect(found(define([set('a')], { inputs }))).toEqual([
      '/inputs/properties/days/default invalid_default',
    ]);
    const many = Array.from({ length: 1001 }, (_, n) => set(`s${n}`));
    expect(found(define(many))).toEqual(['/steps too_big']);
    expect(found(define(many.slice(0, 3)), { limits: { steps: 2 } })).toEqual(['/steps too_big']);
    expect(found(define([]))).toEqual(['/steps too_small']);
    expect(found(define([agent('a', { goal: 'x'.repeat(50_001) })]))).toEqual(['/steps/0/with/goal too_big']);
  });
});

describe('everything at once', () => {
  it('finds faults of meaning behind faults of form', () => {
    const source = define([
      set('a', { n: '1 +' }, { dependsOn: ['b', 'zz'], nonsense: true }),
      { id: 'b', kind: 'agent', dependsOn: ['a'], with: { goal: 5, agentId: 'agt_9' } },
    ]);
    expect(found(source).toSorted()).toEqual(
      [
        '/steps/0/nonsense unknown_key',
        '/steps/0/dependsOn/0 cycle',
        '/steps/0/dependsOn/1 unknown_step',
        '/steps/0/with/values/n expression_syntax',
        '/steps/1/with/agentId unknown_agent',
        '/steps/1/with/goal invalid_type',
      ].toSorted(),
    );
  });

  it('checks a thousand steps that each need the three hundred before them', () => {
    const steps = Array.from({ length: 1000 }, (_, n) =>
      set(
        `s${n}`,
        { n: n === 0 ? '1' : 'steps.s0.output.n' },
        { dependsOn: Array.from({ length: Math.min(n, 300) }, (__, back) => `s${n - 1 - back}`) },
      ),
    );
    expect(found(define(steps))).toEqual([]);
  });

  it('shows a thousand problems and counts the rest', () => {
    const dependsOn = Array.from({ length: 1000 }, (_, n) => `x${n}`);
    const source = define(Array.from({ length: 300 }, (_, n) => set(`s${n}`, { n: '1' }, { dependsOn })));
    const problems = validateDefinition(source, world);
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)).toEqual({
      pointer: '',
      code: 'more_problems',
      message: 'There are 299000 more problems.',
    });
  });

  it('takes nonsense of any size', () => {
    const many = Array.from({ length: 150_000 }, () => 'x');
    expect(found(define([set('a', { n: '1' }, { dependsOn: many })]))).toHaveLength(1001);
    const steps = Array.from({ length: 100_000 }, (_, n) => ({ id: `s${n}` }));
    expect(found(define(steps))).toContain('/steps too_big');
    const names = define([
      ...Array.from({ length: 900 }, (_, n) => agent(`a-b-${n}`)),
      agent('z', { goal: '${{q}}'.repeat(100_000) }),
    ]);
    expect(found(names).at(-1)).toBe(' more_problems');
  });

  it('does not answer with more than it was given', () => {
    const huge = Array.from({ length: 20 }, (_, n) => set(`s${n}${'x'.repeat(50_000)}`));
    const dependsOn = Array.from({ length: 1000 }, (_, n) => `no${n}`);
    const source = define([...huge, set('b', { n: '1' }, { dependsOn })]);
    const chars = JSON.stringify(validateDefinition(source, world)).length;
    expect(chars).toBeLessThan(3 * JSON.stringify(source).length);
  });

  it('never throws, whatever a model wrote', () => {
    const key = fc.constantFrom(
      'name',
      'steps',
      'id',
      'kind',
      'with',
      'dependsOn',
      'if',
      'forEach',
      'items',
      'as',
      'values',
      'goal',
      'retry',
      'inputs',
      'output',
      'x',
      '__proto__',
    );
    const leaf = fc.oneof(
      fc.constantFrom(
        'a',
        'b',
        '',
        'agent',
        'set',
        'wait',
        'tool',
        'workflow',
        'P1D',
        '${{ steps.a.output }}',
        '${{',
        'inputs.x + 1',
        '[1',
        '{"a":1}',
        'steps',
      ),
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const { any } = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('any'), { maxLength: 5 }),
        fc.dictionary(key, tie('any'), { maxKeys: 8 }),
      ),
    }));
    const step = fc.record(
      {
        id: fc.constantFrom('a', 'b', 'c'),
        kind: fc.constantFrom('agent', 'set', 'wait', 'tool', 'workflow', 'approval'),
        with: any,
        forEach: any,
        if: any,
        retry: any,
        dependsOn: fc.array(fc.constantFrom('a', 'b', 'c', 'd')),
        onError: leaf,
      },
      { requiredKeys: [] },
    );
    const source = fc.oneof(
      any,
      fc.jsonValue(),
      fc.string(),
      fc.record({
        name: leaf,
        inputs: any,
        steps: fc.array(fc.oneof(step, any), { maxLength: 6 }),
        output: any,
      }),
    );
    fc.assert(
      fc.property(source, (given) => {
        const { definition, problems } = checkDefinition(given, world);
        expect(definition === null).toBe(problems.length > 0);
        for (const { pointer, message: why } of problems) {
          expect(pointer === '' || pointer.startsWith('/')).toBe(true);
          expect(why).not.toBe('');
        }
      }),
      { numRuns: 600 },
    );
  });
});
