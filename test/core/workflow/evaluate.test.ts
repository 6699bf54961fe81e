import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  evaluateCondition,
  evaluateExpression,
  ExpressionError,
  resolveReferences,
  resolveText,
  type Scope,
} from '../../../src/core/workflow/evaluate.ts';
import { compileExpression } from '../../../src/core/workflow/expression.ts';
import { parseTemplate } from '../../../src/core/workflow/reference.ts';

const scope: Scope = {
  inputs: { n: 2, price: 100, list: [1, 2, 3], text: 'é', none: null, constructor: { name: 'x' } },
  step: (id) =>
    id === 'read-it'
      ? { status: 'completed', output: { count: 4.5, whole: 4, items: [{ name: 'first' }] } }
      : id === 'lost'
        ? { status: 'failed', error: { code: 'timed_out', message: 'late' } }
        : undefined,
  item: { name: 'row', value: { id: 7 } },
  seen: new WeakMap(),
};
const value = (text: string) => evaluateExpression(text, scope, '/at');
const failure = (text: string) => {
  try {
    value(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${text} did not fail`);
};

describe('expressions', () => {
  it.each([
    ['inputs.n == 2', true],
    ['inputs.n == 2.0', true],
    ['inputs.n > 1.5', true],
    ['inputs.n + 1', 3],
    ['inputs.price * 1.2', 120],
    ['inputs.list[inputs.n]', 3],
    ['inputs.list.map(x, x * 2)', [2, 4, 6]],
    ['inputs.list.filter(x, x >= inputs.n).size()', 2],
    ['inputs.constructor.name', 'x'],
    ['inputs.none == null', true],
    ['steps["read-it"].output.count > 3', true],
    ['steps.lost.status == "failed" && steps.lost.error.code == "timed_out"', true],
    ['has(steps.lost.output)', false],
    ['row.id + 1', 8],
    ['${{ row.id }}', 7],
    [' ${{ steps.read-it.output.items }} ', [{ name: 'first' }]],
    ['timestamp("2030-01-01T00:00:00Z") + duration("1h")', '2030-01-01T01:00:00.000Z'],
    ['duration("90s")', 'PT90S'],
    ['{"a": 1, 2: [null]}', { a: 1, '2': [null] }],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it.each([
    ['inputs.missing', 'missing'],
    ['1 + "a"', 'no matching overload'],
    ['9223372036854775807', 'too large'],
    ['"a\\u0000b"', 'cannot be kept'],
    ['{"a\\u0000": 1}', 'cannot be kept'],
    ['1.0 / 0.0', 'no number'],
    ['unknown(1)', 'unknown'],
    ['1 +', 'end of input'],
    ['${{ inputs.missing }}', 'has no "missing"'],
    ['${{ steps.lost.output }}', 'step lost is failed and has no output'],
  ])('%s fails and says why', (text, why) => {
    expect(failure(text)).toMatchObject({
      code: 'expression_failed',
      pointer: '/at',
      message: expect.stringContaining(why),
    });
  });

  it('take an error for an error, though the library returns it as something true', () => {
    expect(() => evaluateCondition('inputs.missing', scope, '/if')).toThrow(ExpressionError);
    expect(() => evaluateCondition('inputs.n', scope, '/if')).toThrow('true or false');
    expect(evaluateCondition('inputs.n == 3', scope, '/if')).toBe(false);
  });

  it('end soon, however much they would loop or grow', () => {
    const ten = '[1,2,3,4,5,6,7,8,9,10]';
    const nested = ['a', 'b', 'c', 'd', 'e'].reduceRight(
      (inner, name) => `${ten}.map(${name}, ${inner})`,
      '1',
    );
    expect(failure(nested).message).toContain('turns of a loop');
    expect(failure(`["abcdefghij"]${'.map(a, a + a)'.repeat(50)}`).message).toContain('longer than');
    expect(failure(`[[1]]${'.map(a, a + a)'.repeat(50)}`).message).toContain('more than');
    expect(failure(`${'['.repeat(999)}`).code).toBe('expression_failed');
    expect(failure(`1${' + 1'.repeat(400)}`).message).toContain('longer than 1000');
  });

  it('work through no more than a process has time and room for', () => {
    const built = (times: number, from: string, to: string) =>
      `${'['.repeat(times)}${from}${`].map(x, ${to})[0]`.repeat(times)}`;
    const text = built(14, `"${'a'.repeat(46)}"`, 'x + x');
    const often = (what: string) =>
      `[${text}].map(s, ${'[1,2,3,4,5,6,7,8,9].map(y, '.repeat(3)}${what}${')'.repeat(3)})`;
    for (const what of ['size(s)', 's.size()', 's.matches("(a|b)*[cd]")', 's.contains(s + "b")', 'bytes(s)'])
      expect(failure(often(what)).message).toContain('to work through');
    const tree = built(10, '1', '[x,x,x,x,x,x,x,x]');
    const other = built(10, '2', '[x,x,x,x,x,x,x,x]');
    expect(failure(tree).message).toContain('too large');
    expect(failure(often('s')).message).toContain('too large');
    for (const compare of ['==', '!=', 'in'])
      expect(failure(`${tree} ${compare} [${other}]`).message).toContain('to work through');
    expect(failure(`size(${built(16, `b"${'a'.repeat(46)}"`, 'x + x')})`).message).toContain('bytes');
  });

  it('tell their names before they run, without those of their own loops', () => {
    const { names, faults } = compileExpression(
      'inputs.a[0].b + steps["x y"].output.map(v, v + other)[inputs.i]',
    );
    expect(faults).toEqual([]);
    expect(names.map(({ root, path }) => [root, ...path].join('/')).toSorted()).toEqual([
      'inputs/a/0/b',
      'inputs/i',
      'other',
      'steps/x y/output',
    ]);
  });

  it('give the same again, and never anything but a value or an ExpressionError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), (text) => {
        const once = outcome(text);
        expect(outcome(text)).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });
});

function outcome(text: string): unknown {
  try {
    return value(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}

describe('references', () => {
  it('stand for the value itself when they are the whole text, and become text inside one', () => {
    const given = {
      whole: '${{ inputs.list }}',
      part: 'n=${{ inputs.n }} o=${{steps.read-it.output.items[0]}} t=${{ inputs["text"] }} x=${{ inputs.none }}',
      list: ['${{ steps.read-it.output.items[0].name }}', 1, null],
      plain: 'no $${{ inputs.n }}',
    };
    expect(resolveReferences(given, scope, '')).toEqual({
      whole: [1, 2, 3],
      part: 'n=2 o={"name":"first"} t=é x=null',
      list: ['first', 1, null],
      plain: 'no ${{ inputs.n }}',
    });
  });

  it('name the place of what is missing', () => {
    expect(() => resolveReferences({ a: ['x', '${{ inputs.list[3] }}'] }, scope, '/with')).toThrow(
      expect.objectContaining({
        pointer: '/with/a/1',
        message: 'inputs.list[3]: inputs.list is a list and has no 3',
      }),
    );
    expect(() => resolveText('${{ inputs.toString }}', scope, '/g')).toThrow('has no "toString"');
  });

  it('are read without ever throwing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('${{', '}}', '$', ' ', 'inputs', '.x', '[0]', '["a"]', 'é', '-')),
        (parts) => {
          const { parts: read, faults } = parseTemplate(parts.join(''));
          expect(Array.isArray(read) && Array.isArray(faults)).toBe(true);
        },
      ),
    );
  });
});
