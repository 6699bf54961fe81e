import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FoundTool } from '../../src/contracts/tool-server.ts';
import {
  canonicalJson,
  cardOf,
  type KnownTool,
  problemOfTool,
  stateOf,
} from '../../src/core/tool-servers.ts';

const found = (fields: Partial<FoundTool> = {}): FoundTool => ({
  name: 'act',
  description: 'Acts.',
  parameters: { type: 'object', properties: {} },
  risk: 'high',
  effect: 'at_most_once',
  ...fields,
});
const known = (fields: Partial<KnownTool> = {}): KnownTool => ({
  name: 'act',
  accepted: found(),
  acceptedHash: 'a',
  found: found(),
  foundHash: 'a',
  riskSet: null,
  timeoutSet: null,
  enabled: true,
  ...fields,
});

describe('a tool of a server', () => {
  test.each<[string, Partial<KnownTool>]>([
    ['ready', {}],
    ['new', { accepted: null, acceptedHash: null }],
    ['changed', { foundHash: 'b' }],
    ['gone', { found: null, foundHash: null }],
    ['unusable', { found: found({ name: 'bad name' }) }],
  ])('is %s', (state, fields) => expect(stateOf(known(fields))).toBe(state));

  test.each<[string, Partial<FoundTool>, RegExp]>([
    ['a name with spaces', { name: 'a b' }, /name/],
    ['arguments that are no object', { parameters: { type: 'string' } }, /no object/],
    [
      'a schema that is too large',
      { parameters: { type: 'object', description: 'x'.repeat(60_000) } },
      /too large/,
    ],
    [
      'a schema that checks nothing',
      { parameters: { type: 'object', properties: { a: { type: 'nonsense' } } } },
      /cannot be used/,
    ],
    ['text that cannot be stored', { description: 'a\u0000b' }, /cannot be stored/],
  ])('with %s is never used, and says why', (_what, fields, why) => {
    expect(problemOfTool(found(fields))).toMatch(why);
  });

  test('is called by its server’s name, and a person’s word on its risk counts', () => {
    const tool = { ...known({ riskSet: 'low' }), accepted: found() };
    expect(cardOf({ name: 'desk', timeoutSeconds: 60 }, tool)).toMatchObject({
      name: 'desk.act',
      risk: 'low',
      origin: 'desk',
      effect: 'at_most_once',
    });
  });

  test('may take as long as was set for it, else as all of its server', () => {
    const server = { name: 'desk', timeoutSeconds: 90 };
    expect(cardOf(server, { ...known(), accepted: found() }).timeoutMs).toBe(90_000);
    expect(cardOf(server, { ...known({ timeoutSet: 300 }), accepted: found() }).timeoutMs).toBe(300_000);
  });
});

test('what is hashed is the same whatever the order of keys, and differs with any value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const shuffled = JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).reverse())
          : inner,
      ) as unknown;
      expect(canonicalJson(shuffled)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
