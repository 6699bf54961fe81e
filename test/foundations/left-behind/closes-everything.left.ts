import { expect, test } from '@jest/globals';
import { closeLater } from '../../support/close-later.ts';

test('closers run last-in first-out', () => {
  const order: string[] = [];
  closeLater('the check', () => expect(order).toEqual(['second', 'first']));
  closeLater('first', () => order.push('first'));
  closeLater('second', () => order.push('second'));
});

test.skip('one is skipped', () => {});
