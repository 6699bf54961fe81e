import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wireName, withWireNames } from '../../src/models/wire-names.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { options, providersUnderTest, requestTo } from './providers.ts';

const schema = { type: 'object', properties: {}, required: [], additionalProperties: false };
const tool = { name: 'shop.get-order', description: 'An order.', parameters: schema };

describe.each(providersUnderTest)('names of tools of servers: $name', ({ model, open }) => {
  let server: ScriptedModelServer;
  let sent = '';
  beforeEach(async () => {
    server = await startScriptedModelServer({
      models: [model],
      rule: ({ body }) => {
        sent = JSON.stringify(body);
        return { toolCalls: [{ name: 'shop__get-order', arguments: {} }] };
      },
    });
  });
  afterEach(() => server.close());

  test('go out in a form that every provider takes, and come back as they are called here', async () => {
    const provider = withWireNames(open(server));
    const messages = [
      { role: 'user' as const, text: 'Look.' },
      {
        role: 'assistant' as const,
        text: '',
        toolCalls: [{ id: 'c1', name: 'shop.get-order', arguments: '{}' }],
      },
      { role: 'tool' as const, callId: 'c1', name: 'shop.get-order', text: 'Nothing yet.' },
    ];
    const reply = await provider.complete(requestTo(model, { tools: [tool], messages }), options({}));
    expect(reply.toolCalls.map(({ name }) => name)).toEqual(['shop.get-order']);
    expect(sent).toContain('shop__get-order');
    expect(sent).not.toContain('shop.get-order');
  });
});

test('a name is always taken, is the same each time, and differs from others', () => {
  const part = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const own = fc.stringMatching(/^[A-Za-z0-9_./-]{1,90}$/);
  fc.assert(
    fc.property(part, own, (server, name) => {
      const full = `${server}.${name}`;
      expect(wireName(full)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      expect(wireName(full)).toBe(wireName(full));
    }),
  );
  expect(wireName('read_file')).toBe('read_file');
  expect(wireName('a.b/c')).not.toBe(wireName('a.b_c'));
  expect(wireName(`a.${'x'.repeat(90)}y`)).not.toBe(wireName(`a.${'x'.repeat(90)}z`));
});
