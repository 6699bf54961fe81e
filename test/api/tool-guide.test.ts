import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { ZodType } from 'zod';
import { CreateCredential } from '../../src/contracts/credential.ts';
import { CreateToolServer, UpdateToolServer } from '../../src/contracts/tool-server.ts';

const guide = readFileSync(fileURLToPath(new URL('../../docs/tools.md', import.meta.url)), 'utf8');
const schemas: Record<string, ZodType> = {
  '"$API/credentials"': CreateCredential,
  '"$API/tool-servers"': CreateToolServer,
  '"$API/tool-servers/$ID"': UpdateToolServer,
};
const examples = [...guide.matchAll(/curl -s (?:-X PATCH )?(\S+)[^\n]*\\\n {2}-d '([^']*)'/g)].map(
  ([, place = '', body = '']): [string, string] => [place, body],
);

test('the guide has examples of all', () => {
  expect(new Set(examples.map(([place]) => place))).toEqual(new Set(Object.keys(schemas)));
});

test.each(examples)('an example for %s is taken as it is written: %s', (place, body) => {
  expect(schemas[place]?.safeParse(JSON.parse(body)).error).toBeUndefined();
});
