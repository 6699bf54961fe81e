import { describe, expect, test } from '@jest/globals';
import { inGroups, inGroupsOf } from '../../src/db/in-groups.ts';

/** Work whose transactions end when the test says so. */
function desk({
  atOnce = 1,
  most = 3,
  refuse = false,
}: {
  atOnce?: number;
  most?: number;
  refuse?: boolean;
} = {}) {
  const begun: string[] = [];
  const open: (() => void)[] = [];
  const until = <End>(said: string, end: () => End) => {
    begun.push(said);
    return new Promise<void>((resolve) => open.push(resolve)).then(end);
  };
  const go = inGroups<string, string>({
    ...{ atOnce, most },
    placeOf: (ask) => ask.slice(0, 1),
    alone: (ask) =>
      until(ask, () => {
        if (ask.endsWith('!')) throw new Error(`${ask} failed`);
        return `${ask} alone`;
      }),
    together: (asks) =>
      until(asks.join('+'), () => {
        if (refuse || asks.some((ask) => ask.endsWith('!'))) throw new Error('refused');
        return asks.map((ask) => (ask.endsWith('?') ? undefined : `${ask} together`));
      }),
  });
  const end = async () => {
    open.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, go, end };
}

describe('work in groups', () => {
  test('goes at once and alone while there is room; those who had to wait go together, as many as are allowed', async () => {
    const { begun, go, end } = desk();
    const all = ['a', 'b', 'c', 'd', 'e'].map(go);
    expect(begun).toEqual(['a']);
    await end();
    expect(begun).toEqual(['a', 'b+c+d']);
    await end();
    expect(begun).toEqual(['a', 'b+c+d', 'e']);
    await end();
    expect(await Promise.all(all)).toEqual(['a alone', 'b together', 'c together', 'd together', 'e alone']);
  });

  test('no more groups are under way than are allowed', async () => {
    const { begun, go, end } = desk({ atOnce: 2 });
    const all = ['a', 'b', 'c', 'd'].map(go);
    expect(begun).toEqual(['a', 'b']);
    await end();
    expect(begun).toEqual(['a', 'b', 'c+d']);
    await end();
    await end();
    await Promise.all(all);
  });

  test('of one place a group has one', async () => {
    const { begun, go, end } = desk();
    const all = ['a', 'b1', 'b2', 'c'].map(go);
    await end();
    expect(begun.at(-1)).toBe('b1+c');
    await end();
    expect(begun.at(-1)).toBe('b2');
    await end();
    await Promise.all(all);
  });

  test('what a group leaves is done alone, and each hears its own error', async () => {
    const { begun, go, end } = desk();
    const all = Promise.allSettled(['a', 'b!', 'c', 'd?'].map(go));
    await end();
    expect(begun).toEqual(['a', 'b!+c+d?']);
    await end();
    expect(begun.slice(2)).toEqual(['b!', 'c', 'd?']);
    for (let n = 0; n < 3; n += 1) await end();
    expect(
      (await all).map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason))),
    ).toEqual(['a alone', 'Error: b! failed', 'c alone', 'd? alone']);
  });

  test('one that the group has not done is done alone, and the others are not done again', async () => {
    const { begun, go, end } = desk();
    const all = ['a', 'b', 'c?'].map(go);
    await end();
    await end();
    expect(begun).toEqual(['a', 'b+c?', 'c?']);
    await end();
    expect(await Promise.all(all)).toEqual(['a alone', 'b together', 'c? alone']);
  });

  test('a failure holds up nobody who comes later', async () => {
    const { begun, go, end } = desk();
    const failing = expect(go('a!')).rejects.toThrow('a! failed');
    const later = go('b');
    await end();
    await failing;
    await end();
    expect(await later).toBe('b alone');
    expect(begun).toEqual(['a!', 'b']);
  });

  test('each key has a queue of its own', async () => {
    const begun: string[] = [];
    const go = inGroupsOf<{ key: string; n: number }, string>(
      ({ key }) => key,
      (key) => ({
        ...{ atOnce: 1, most: 9 },
        placeOf: ({ n }) => String(n),
        alone: async ({ n }) => (begun.push(`${key}${n}`), `${key}${n}`),
        together: async (asks) => (begun.push(`${key}*${asks.length}`), asks.map(({ n }) => `${key}${n}`)),
      }),
    );
    const asks = ['x', 'y'].flatMap((key) => [1, 2, 3].map((n) => ({ key, n })));
    expect(await Promise.all(asks.map(go))).toEqual(['x1', 'x2', 'x3', 'y1', 'y2', 'y3']);
    expect(begun.sort()).toEqual(['x*2', 'x1', 'y*2', 'y1']);
  });
});
