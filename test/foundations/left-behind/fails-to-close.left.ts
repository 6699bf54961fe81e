import { test } from '@jest/globals';
import { closeLater } from '../../support/close-later.ts';

test('a closer goes wrong', () => {
  closeLater('the stubborn thing', () => Promise.reject(new Error('it would not close')));
});
