import { describe, expect, it } from '@jest/globals';
import { stepKinds } from '../../../src/contracts/workflow.ts';
import { workflowJsonSchema } from '../../../src/core/workflow/json-schema.ts';
import { parseDefinition } from '../../../src/core/workflow/parse-definition.ts';
import { toStrictForm } from '../../../src/core/workflow/strict-form.ts';

type Schema = Record<string, unknown>;
const { $schema: dialect, ...root } = workflowJsonSchema as Schema;

function* nodes(schema: Schema, depth = 0): Generator<{ schema: Schema; depth: number }> {
  yield { schema, depth };
  const properties = Object.values((schema.properties ?? {}) as Record<string, Schema>);
  for (const child of [...properties, ...((schema.anyOf ?? []) as Schema[])]) yield* nodes(child, depth + 1);
  if (schema.items !== undefined) yield* nodes(schema.items as Schema, depth + 1);
}
const all = [...nodes(root)];
const stepSchemas = (((root.properties as Record<string, Schema>).steps as Schema).items as Schema)
  .anyOf as Schema[];

describe('the published schema keeps the rules of strict structured output', () => {
  it('is JSON Schema 2020-12 with an object at its root', () => {
    expect(dialect).toBe('https://json-schema.org/draft/2020-12/schema');
    expect([root.type, root.anyOf]).toEqual(['object', undefined]);
  });

  it('closes every object and requires all its keys', () => {
    for (const { schema } of all.filter(({ schema: node }) => node.type === 'object')) {
      expect(schema.additionalProperties).toBe(false);
      expect(schema.required).toEqual(Object.keys(schema.properties as Schema));
    }
  });

  it('uses only keywords that both big providers take', () => {
    const known = [
      'type',
      'properties',
      'required',
      'additionalProperties',
      'items',
      'anyOf',
      'enum',
      'description',
      'title',
    ];
    const used = new Set(all.flatMap(({ schema }) => Object.keys(schema)));
    expect([...used].filter((keyword) => !known.includes(keyword))).toEqual([]);
  });

  it('stays under their limits: 16 unions, 10 levels, 100 properties of old models but for the kinds of steps', () => {
    expect(
      all.filter(({ schema }) => schema.anyOf !== undefined || Array.isArray(schema.type)).length,
    ).toBeLessThanOrEqual(16);
    expect(Math.max(...all.map(({ depth }) => depth))).toBeLessThanOrEqual(10);
    expect(all.length).toBeLessThan(5000);
    expect(JSON.stringify(workflowJsonSchema).length).toBeLessThan(25_000);
  });

  it('has one form per kind of step, told apart by "kind"', () => {
    const kinds = stepSchemas.map(
      (schema) => ((schema.properties as Record<string, Schema>).kind as Schema).enum,
    );
    expect(kinds).toEqual(stepKinds.map((kind) => [kind]));
  });

  it('has the keys of what is parsed, neither more nor less', () => {
    const given = {
      agent: { goal: 'g', requires: [], budget: { money: 1 }, method: { name: 'quote' } },
      tool: { tool: 't' },
      approval: { title: 't' },
      workflow: { workflowId: 'w' },
      wait: { for: 'PT1S' },
      set: { values: { a: '1' } },
    };
    const steps = stepKinds.map((kind) => ({
      id: kind,
      kind,
      with: given[kind],
      forEach: { items: 'inputs.x' },
      retry: { maxAttempts: 2 },
    }));
    const { definition } = parseDefinition({ name: 'n', steps });
    expect(sameKeys(definition!, root)).toEqual([]);
    definition!.steps.forEach((step, at) => expect(sameKeys(step, stepSchemas[at]!)).toEqual([]));
  });

  it('gives a plan back in its own form', () => {
    const { definition } = parseDefinition({
      name: 'n',
      steps: [{ id: 'a', kind: 'set', with: { values: { x: 1, y: 'inputs' } } }],
    });
    expect(toStrictForm(definition!)).toMatchObject({
      output: '',
      steps: [
        {
          if: '',
          with: {
            values: [
              { name: 'x', value: '1' },
              { name: 'y', value: 'inputs' },
            ],
          },
          retry: { maxAttempts: 1 },
        },
      ],
    });
  });
});

/** Keys that one has and the other lacks, through all objects that are described key by key. */
function sameKeys(value: object, schema: Schema, at = ''): string[] {
  const described = (schema.properties ?? {}) as Record<string, Schema>;
  const keys = new Set([...Object.keys(value), ...Object.keys(described)]);
  return [...keys].flatMap((key) => {
    const child = (value as Record<string, unknown>)[key];
    const inner = described[key];
    if (child === undefined || inner === undefined) return [`${at}/${key}`];
    const form = ((inner.anyOf as Schema[] | undefined)?.[0] ?? inner) as Schema;
    const deeper = form.type === 'object' && typeof child === 'object' && child !== null;
    return deeper ? sameKeys(child, form, `${at}/${key}`) : [];
  });
}
