import { describe, expect, it } from '@jest/globals';
import { faultOfSchema, problemsOfJson, readJson } from '../../src/contracts/json-schema.ts';

const order = {
  type: 'object',
  required: ['city'],
  properties: {
    city: { type: 'string' },
    days: { type: 'integer', default: 3 },
    lodging: { type: 'object', default: {}, properties: { stars: { type: 'integer', default: 4 } } },
    stops: { type: 'array', items: { type: 'object', properties: { minutes: { default: 5 } } } },
  },
};

describe('a value that is read through a JSON Schema', () => {
  it('gets the defaults of what was left out, inside lists and objects too', () => {
    const given = { city: 'Bonn', lodging: {}, stops: [{}, { minutes: 9 }], unknown: true };
    expect(readJson(order, given)).toEqual({
      problems: [],
      value: {
        city: 'Bonn',
        days: 3,
        lodging: { stars: 4 },
        stops: [{ minutes: 5 }, { minutes: 9 }],
        unknown: true,
      },
    });
    expect(given.lodging).toEqual({});
  });

  it('keeps what was given where a default stands, null too when it is allowed', () => {
    const schema = { type: 'object', properties: { a: { type: ['string', 'null'], default: 'x' } } };
    expect(readJson(schema, { a: null }).value).toEqual({ a: null });
  });

  it('with problems is as it was given, and all of them are named', () => {
    const read = readJson(order, { days: 'two', stops: 3 });
    expect(read.value).toEqual({ days: 'two', stops: 3 });
    expect(read.problems.map(({ pointer }) => pointer).toSorted()).toEqual(['/city', '/days', '/stops']);
  });
});

describe('a schema that cannot be used', () => {
  it('is one problem at the root, and says why', () => {
    expect(problemsOfJson({ $ref: 'https://example.org/schema' }, 1)).toMatchObject([
      { pointer: '', code: 'bad_schema' },
    ]);
    expect(faultOfSchema({ type: 'string', pattern: '(' })).toContain('regular expression');
    expect(faultOfSchema(order)).toBeNull();
  });
});
