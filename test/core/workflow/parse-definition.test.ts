import { describe, expect, it } from '@jest/globals';
import { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { parseDefinition } from '../../../src/core/workflow/parse-definition.ts';

const yaml = `
name: Small
inputs: { type: object, properties: { who: { type: string } } }
steps:
  - id: greet
    kind: set
    with:
      values: { text: '"Dear " + inputs.who', n: 3 }
`;
const pointers = (source: unknown) =>
  parseDefinition(source).problems.map(({ pointer, code }) => `${pointer} ${code}`);

describe('a definition is read', () => {
  it('from YAML, JSON text and a JSON value alike, with every default filled in', () => {
    const { definition } = parseDefinition(yaml);
    expect(definition?.steps[0]).toEqual({
      id: 'greet',
      kind: 'set',
      title: null,
      dependsOn: [],
      join: 'all',
      if: null,
      with: { values: { text: '"Dear " + inputs.who', n: 3 } },
      forEach: null,
      retry: null,
      timeout: null,
      onError: 'fail',
    });
    expect(parseDefinition(JSON.stringify(definition)).definition).toEqual(definition);
    expect(parseDefinition(definition).definition).toEqual(definition);
    expect(parseDefinition(`\`\`\`json\n${JSON.stringify(definition)}\n\`\`\``).definition).toEqual(
      definition,
    );
  });

  it('with null, empty text and left-out keys meaning the same', () => {
    const step = { id: 'a', kind: 'agent', with: { goal: 'g', requires: [] } };
    const plain = parseDefinition({ name: 'n', steps: [step] }).definition;
    const nulls = {
      title: null,
      dependsOn: null,
      join: null,
      if: null,
      forEach: null,
      retry: null,
      timeout: null,
      onError: null,
    };
    expect(
      parseDefinition({ name: 'n', steps: [{ ...step, ...nulls }], inputs: null, output: null }).definition,
    ).toEqual(plain);
    const empty = {
      title: '',
      if: '',
      timeout: '',
      with: { goal: 'g', requires: [], agentId: '', outputSchema: '' },
    };
    expect(
      parseDefinition({ name: 'n', description: '', steps: [{ ...step, ...empty }], inputs: '', output: '' })
        .definition,
    ).toEqual(plain);
  });

  it('with free keys written as names and values, or as JSON text', () => {
    const source = {
      $schema: 'https://example.com/schemas/workflow.json',
      name: 'n',
      inputs: '{"type":"object"}',
      steps: [
        { id: 'a', kind: 'set', with: { values: [{ name: 'x', value: '1 + 1' }] } },
        { id: 'b', kind: 'tool', with: { tool: 't', arguments: '{"city":"Bonn"}' } },
      ],
    };
    expect(WorkflowDefinition.parse(parseDefinition(source).definition)).toMatchObject({
      inputs: { type: 'object' },
      steps: [{ with: { values: { x: '1 + 1' } } }, { with: { arguments: { city: 'Bonn' } } }],
    });
  });
});

describe('what cannot be read is a problem', () => {
  it('with every place at once', () => {
    const source = {
      name: '',
      extra: 1,
      steps: [
        {
          id: '1x',
          kind: 'set',
          dependsOn: 'a',
          join: 'some',
          with: { values: { 'a b': '1', c: {} } },
          retry: { maxAttempts: 0 },
        },
        { id: 'b', kind: 'nothing', with: {} },
        {
          id: 'c',
          kind: 'agent',
          timeout: '5 minutes',
          forEach: { items: 7 },
          with: { goal: 'g', requires: [{ level: 9 }] },
        },
        'step',
      ],
    };
    expect(pointers(source).toSorted()).toEqual(
      [
        '/name too_small',
        '/extra unknown_key',
        '/steps/0/id invalid_format',
        '/steps/0/dependsOn invalid_type',
        '/steps/0/join invalid_value',
        '/steps/0/with/values/a b invalid_name',
        '/steps/0/with/values/c invalid_type',
        '/steps/0/retry/maxAttempts too_small',
        '/steps/1/kind invalid_union',
        '/steps/2/timeout invalid_format',
        '/steps/2/forEach/items invalid_type',
        '/steps/2/with/requires/0/capability invalid_type',
        '/steps/2/with/requires/0/level too_big',
        '/steps/3 invalid_type',
      ].toSorted(),
    );
  });

  it('at the place where it was written, also inside names and values or JSON text', () => {
    const source = {
      name: 'n',
      steps: [
        {
          id: 'a',
          kind: 'set',
          with: {
            values: [
              { name: 'x', value: '1' },
              { name: 'y', value: [] },
            ],
          },
        },
        { id: 'b', kind: 'tool', with: { tool: 't', arguments: '{"a b":1}' } },
      ],
    };
    const { problems } = parseDefinition(source);
    expect(problems.map(({ pointer }) => pointer)).toEqual([
      '/steps/0/with/values/1/value',
      '/steps/1/with/arguments',
    ]);
    expect(problems[1]?.message).toMatch(/^In its JSON at \/a b: /);
  });

  it.each([
    ['nothing', ''],
    ['a number', 5],
    ['a list', []],
    ['null', null],
    ['undefined', undefined],
  ])('when it is %s', (_, source) => {
    expect(pointers(source)).toEqual([' invalid_type']);
  });

  it.each([
    ['broken YAML', 'name: {a: b\n  c', 'syntax'],
    ['a custom tag', 'name: !run x', 'syntax'],
    ['a key given twice', 'name: a\nname: b', 'syntax'],
    ['two documents', 'name: a\n---\nname: b', 'syntax'],
    [
      'an alias bomb',
      `a: &a [x,x]\n${'bcdefghij'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      'syntax',
    ],
    ['deep brackets', '['.repeat(50_000), 'too_deep'],
    ['deep lists without brackets', `${'- '.repeat(20_000)}x`, 'too_deep'],
    ['too long a text', 'x'.repeat(2_000_001), 'too_long'],
    ['a long text that is no JSON', `name: ${'x'.repeat(500_001)}`, 'too_long'],
  ])('when it is %s', (_, source, code) => {
    expect(parseDefinition(source).problems[0]).toMatchObject({ pointer: '', code });
  });

  it('when JSON is nested too deeply to be walked', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(pointers({ name: deep })).toEqual([' too_deep']);
  });

  it.each(['inputs', 'outputSchema', 'arguments', 'values'])(
    'when JSON text in “%s” is nested too deeply to be walked',
    (key) => {
      const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
      expect(pointers({ name: 'x', steps: [{ id: 'a', kind: 'set', with: { [key]: text } }] })).toEqual([
        ' too_deep',
      ]);
    },
  );

  it('when something has the one name that is left out without a word', () => {
    const given = (values: unknown) => ({ name: 'x', steps: [{ id: 'a', kind: 'set', with: { values } }] });
    const place = '/steps/0/with/values';
    expect(pointers(given(JSON.parse('{"__proto__": "1"}')))).toEqual([`${place}/__proto__ reserved_name`]);
    expect(pointers(given('{"__proto__": "1"}'))).toEqual([`${place} reserved_name`]);
    expect(pointers(given([{ name: '__proto__', value: '1' }]))).toEqual([`${place}/0/value reserved_name`]);
  });

  it('naming each place of a key that is given twice, among many thousands', () => {
    const keys = Array.from({ length: 30_000 }, (_, n) => `k${n}: 1`);
    const { problems } = parseDefinition([...keys, 'k7: 2'].join('\n'));
    expect(problems.map(({ message }) => message)).toEqual([
      'The text is neither JSON nor YAML: Map keys must be unique at line 30001, column 1',
    ]);
  });

  it('when it has a number that JSON has not', () => {
    expect(pointers('name: x\nsteps: []\noutput: .inf')).toEqual(['/output invalid_type']);
  });
});
