import { expect, test } from '@jest/globals';
import { problemsOfJson } from '../../src/contracts/json-schema.ts';
import { boundRegExps } from '../../workers/bounded-regexp.ts';

test('a pattern that goes back and forth without end comes to an answer', () => {
  boundRegExps();
  // Without the bound this takes longer than anybody waits: it doubles with each letter.
  const value = `${'a'.repeat(34)}!`;
  for (const pattern of ['^(a+)+$', '^(a|aa)+$'])
    expect(problemsOfJson({ type: 'string', pattern }, value)).toMatchObject([{ code: 'invalid_format' }]);
});
