import { describe, expect, test } from '@jest/globals';
import { age, count, duration, exactly, lasted, money, percent, size } from '../../web/src/words/format.ts';

describe('numbers', () => {
  test.each([
    [400, '0.4s'],
    [41_000, '41s'],
    [266_000, '4m 26s'],
    [59_700, '1m 00s'],
    [7_500_000, '2h 05m'],
  ])('%d ms last %s', (ms, text) => expect(duration(ms)).toBe(text));

  test.each([
    [null, '–'],
    [0, '$0.00'],
    [0.27, '$0.27'],
    [0.0042, '$0.004'],
    [0.0002, '<$0.001'],
    [1240, '$1,240.00'],
  ])('%p dollars are %s', (usd, text) => expect(money(usd)).toBe(text));

  test('have their units', () => {
    expect([count(812), count(128_400), count(1_200_000)]).toEqual(['812', '128.4k', '1.2M']);
    expect([size(812), size(84_000), size(2_100_000)]).toEqual(['812 B', '84 KB', '2.1 MB']);
    expect([exactly(3), exactly(0.3), exactly(0.075)]).toEqual(['$3', '$0.30', '$0.075']);
    expect([percent(61, 100), percent(0, 0)]).toEqual(['61 %', '–']);
  });
});

describe('time', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');

  test('is relative up to a day, then a date', () => {
    expect(age('2026-11-22T09:59:40Z', now)).toBe('now');
    expect(age('2026-11-22T09:52:00Z', now)).toBe('8m');
    expect(age('2026-11-21T12:00:00Z', now)).toBe('22h');
    expect(age('2026-11-18T12:00:00Z', now)).toBe('Nov 18');
  });

  test('that has not begun is not zero', () => {
    expect(lasted({ startedAt: null, endedAt: null }, now)).toBeNull();
    expect(lasted({ startedAt: '2026-11-22T09:59:00Z', endedAt: null }, now)).toBe(60_000);
  });
});
