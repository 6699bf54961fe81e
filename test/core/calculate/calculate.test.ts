import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { calculate } from '../../../src/core/calculate/calculate.ts';

const variables = { a: 7, b: 2, rate: 0.1, sales: [10, 20.5, 3], name: 'Ann', nested: { cost: 4 } };
const valueOf = (text: string) => {
  const done = calculate(text, variables);
  return 'value' in done ? done.value : done.problems;
};

describe('calculate', () => {
  test.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['7 / 2', 3.5],
    ['a / b', 3.5],
    ['a % b', 1],
    ['0.1 + 0.2', 0.3],
    ['a * rate', 0.7],
    ['sum(sales)', 33.5],
    ['mean(sales)', 11.1666666666667],
    ['median(sales)', 10],
    ['median([1, 2, 3, 4])', 2.5],
    ['min(sales) + max(sales)', 23.5],
    ['round(2.5)', 3],
    ['round(-2.5)', -3],
    ['round(1.005, 2)', 1.01],
    ['round(1234.5, -2)', 1200],
    ['pow(2, 10) + sqrt(16)', 1028],
    ['sales.filter(s, s > 5).map(s, s / 2)', [5, 10.25]],
    ['nested.cost > 3 ? name : "nobody"', 'Ann'],
    ['4611686018427387904 + 1', '4611686018427387905'],
  ])('%s', (text, expected) => expect(valueOf(text)).toEqual(expected));

  test.each<[string, string]>([
    ['1 / 0', 'division by zero'],
    ['1.5 / (a - 7)', 'division by zero'],
    ['sqrt(0 - 1)', 'sqrt has no value there'],
    ['sum([])', 'empty list'],
    ['sum(["x"])', 'takes numbers only'],
    ['1 +', ''],
    ['nobody + other', 'no variable "nobody" was given'],
    ['shell("ls")', 'shell'],
    ['9223372036854775807 + 1', 'overflow'],
    ['"a" * 2', 'overload'],
  ])('%s is told as a fault', (text, message) => {
    const done = calculate(text, variables);
    expect(done).toHaveProperty('problems');
    expect(JSON.stringify(done)).toContain(JSON.stringify(message).slice(1, -1));
  });

  test('names everything that is missing at once', () => {
    expect(calculate('x + y + x', {})).toEqual({
      problems: ['no variable "x" was given', 'no variable "y" was given'],
    });
  });

  test('a loop without end and brackets without end are faults', () => {
    const many = JSON.stringify(Array.from({ length: 30 }, (_, n) => n));
    expect(
      calculate(`l.map(a, l.map(b, l.map(c, l.map(d, a + b + c + d))))`, { l: JSON.parse(many) }),
    ).toHaveProperty('problems');
    expect(calculate('('.repeat(5000), {})).toHaveProperty('problems');
  });

  test('never throws, whatever the text is', () => {
    const pieces = fc.constantFrom(
      'a',
      '1',
      '2.5',
      '+',
      '/',
      '(',
      ')',
      '[',
      ']',
      'sum',
      'round',
      ',',
      '"',
      '.',
      'map',
      '@tick',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (words) => {
        const done = calculate(words.join(''), { a: 1 });
        return 'value' in done || done.problems.length > 0;
      }),
    );
  });
});
