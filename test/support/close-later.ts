/**
 * Pushes a closer on the test file's stack. The stack runs last-in first-out after the file's own `afterAll` hooks
 * (test/support/jest/environment.mjs); a closer that fails or hangs fails the file. May be called from anywhere.
 */
export function closeLater(name: string, close: () => unknown): void {
  const closers = (globalThis as Record<symbol, unknown>)[Symbol.for('adjutant.test.closers')];
  if (!Array.isArray(closers)) throw new Error('closeLater works inside a jest test file only.');
  closers.push({ name, close });
}
