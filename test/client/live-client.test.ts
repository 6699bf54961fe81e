import { beforeEach, describe, expect, test } from '@jest/globals';
import { type CallText, type LiveClient, createLiveClient } from '../../client/index.ts';
import type { EventEnvelope } from '../../src/contracts/event.ts';
import { closeLater } from '../support/close-later.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Asked, type LiveServer, startLiveServer } from './live-server.ts';

const task = 'task/tsk_01k5zj7q3ve4r9t0m2n4p60001';
const tree = 'tree/tsk_01k5zj7q3ve4r9t0m2n4p60001';

function event(seq: number, stream = task): EventEnvelope {
  const id = `evt_${stream}_${seq}`;
  return {
    id,
    stream,
    seq,
    cursor: `c${seq}`,
    type: 'task.progressed',
    at: '2026-11-22T09:00:00Z',
    actor: 'system',
    data: {},
  };
}

let server: LiveServer;
let live: LiveClient;
let seen: number[];

beforeEach(async () => {
  server = await startLiveServer();
  const client = createLiveClient({ url: server.url, againMs: 400, silentMs: 60_000, retryMs: 50 });
  closeLater('live client', () => client.close());
  live = client;
  seen = [];
});

const note = { event: ({ seq }: EventEnvelope) => void seen.push(seq) };

async function nthAsked(n: number): Promise<Asked> {
  return waitFor(() => server.asked[n - 1], { what: `question ${n}` });
}

async function sees(...numbers: number[]): Promise<void> {
  await waitFor(() => seen.length >= numbers.length, { what: `events ${numbers.join(' ')}` });
  expect(seen).toEqual(numbers);
}

describe('joining a stream', () => {
  test('says the last number it saw, and shows the backlog and what follows in order', async () => {
    live.follow(task, note, 3);
    const asked = await nthAsked(1);
    expect(asked).toMatchObject({ stream: task, after: 3 });
    asked.answer({ ok: true, head: 5 });
    server.event(event(4));
    server.event(event(5));
    server.caughtUp(task, 5);
    server.event(event(6));
    await sees(4, 5, 6);
  });

  test('without a number holds what arrives before the answer, and begins after the head', async () => {
    live.follow(task, note);
    const asked = await nthAsked(1);
    expect(asked.after).toBeUndefined();
    server.event(event(8));
    server.event(event(9));
    server.tokens({ stream: task, callId: 'before the answer', try: 1, offset: 0, text: 'x' });
    asked.answer({ ok: true, head: 8 });
    server.caughtUp(task, 8);
    await sees(9);
  });

  test('drops what it has already', async () => {
    live.follow(task, note, 3);
    (await nthAsked(1)).answer({ ok: true, head: 4 });
    for (const seq of [2, 3, 4, 4, 3, 5]) server.event(event(seq));
    await sees(4, 5);
  });

  test('holds what comes after a gap, asks again, and shows everything in order', async () => {
    live.follow(task, note, 0);
    (await nthAsked(1)).answer({ ok: true, head: 0 });
    server.caughtUp(task, 0);
    server.event(event(1));
    server.event(event(4));
    server.event(event(3));
    // On a busy machine the first question may have been asked twice before.
    const again = await waitFor(() => server.asked.find((asked) => asked.after === 1), {
      what: 'the question behind the gap',
    });
    expect(seen).toEqual([1]);
    again.answer({ ok: true, head: 4 });
    for (const seq of [2, 3, 4]) server.event(event(seq));
    server.caughtUp(task, 4);
    await sees(1, 2, 3, 4);
  });

  test('asks again when the answer does not come', async () => {
    live.follow(task, note, 7);
    await nthAsked(1);
    expect((await nthAsked(2)).after).toBe(7);
  });

  test('does not ask again for what it may not have', async () => {
    const refused: string[] = [];
    live.follow(task, { refused: ({ code }) => void refused.push(code) });
    (await nthAsked(1)).answer({
      ok: false,
      problem: { code: 'not_found', detail: 'There is no such stream.' },
    });
    await waitFor(() => refused.length, { what: 'the refusal' });
    live.follow(tree, note);
    await waitFor(() => server.asked.filter(({ stream }) => stream === tree).length > 1, {
      what: 'two rounds',
    });
    expect(server.asked.filter(({ stream }) => stream === task)).toHaveLength(1);
  });

  test('leaves when it is told to', async () => {
    const leave = live.follow(task, note);
    await nthAsked(1);
    leave();
    await waitFor(() => server.left.includes(task), { what: 'the leave' });
  });
});

describe('a relay', () => {
  test('goes on from the last cursor, and shows each event of its streams once', async () => {
    const run = 'run/run_01k5zj7q3ve4r9t0m2n4p60001';
    live.follow(tree, note);
    (await nthAsked(1)).answer({ ok: true, head: 'c0' });
    server.caughtUp(tree, 'c0');
    server.event(event(1));
    server.event(event(1, run));
    server.event(event(1));
    server.event(event(2));
    await sees(1, 1, 2);
    server.cut();
    expect((await nthAsked(2)).after).toBe('c2');
  });

  test('asks again when one of its streams shows a gap', async () => {
    live.follow(tree, note, 'c0');
    (await nthAsked(1)).answer({ ok: true, head: 'c0' });
    server.caughtUp(tree, 'c0');
    server.event(event(1));
    server.event(event(3));
    const again = await nthAsked(2);
    expect(again.after).toBe('c1');
    again.answer({ ok: true, head: 'c3' });
    server.event(event(2));
    server.event(event(3));
    await sees(1, 2, 3);
  });
});

describe('a break', () => {
  test('is told, and everything is joined again with the last number', async () => {
    live.follow(task, note, 0);
    (await nthAsked(1)).answer({ ok: true, head: 1 });
    server.event(event(1));
    server.caughtUp(task, 1);
    await waitFor(() => live.status().state === 'live', { what: 'the live state' });
    const states: string[] = [];
    live.onStatus(({ state }) => void states.push(state));
    server.cut();
    const again = await nthAsked(2);
    expect(again.after).toBe(1);
    again.answer({ ok: true, head: 3 });
    server.event(event(2));
    await waitFor(() => seen.includes(2), { what: 'the second event' });
    expect(live.status()).toMatchObject({ state: 'catching_up', caughtUp: { events: 1, of: 2 } });
    server.event(event(3));
    server.caughtUp(task, 3);
    await waitFor(() => live.status().state === 'live', { what: 'the live state again' });
    expect(states[0]).toBe('offline');
    expect(seen).toEqual([1, 2, 3]);
  });

  test('that the server announced ends when it said', async () => {
    live.follow(task, note, 0);
    await nthAsked(1);
    server.goAway(20);
    await waitFor(() => server.connections() === 2, { what: 'the second connection' });
  });

  test('by an ended session is final until somebody connects again', async () => {
    server.refuse({ code: 'unauthenticated', detail: 'This session has ended.' });
    server.cut();
    await waitFor(() => live.status().state === 'signed_out', { what: 'the signed-out state' });
    server.refuse(null);
    live.connect();
    await waitFor(() => live.status().state === 'live', { what: 'the live state' });
  });
});

describe('the text of a model call', () => {
  test('grows by pieces, is replaced by a higher try, and is asked for again when a piece is missing', async () => {
    const texts: CallText[] = [];
    live.follow(tree, { text: (text) => void texts.push(text) });
    (await nthAsked(1)).answer({ ok: true, head: 'c0' });
    server.caughtUp(tree, 'c0');
    const piece = { stream: task, callId: 'call' };
    server.tokens({ ...piece, try: 1, offset: 0, text: 'Late del' });
    server.tokens({ ...piece, try: 1, offset: 5, text: 'deliveries' });
    await waitFor(() => texts.at(-1)?.text === 'Late deliveries', { what: 'both pieces' });
    server.tokens({ ...piece, try: 2, offset: 0, text: 'Two' });
    server.tokens({ ...piece, try: 1, offset: 15, text: ' of the old try' });
    server.tokens({ ...piece, try: 2, offset: 9, text: 'after a hole' });
    await nthAsked(2);
    server.tokens({ ...piece, try: 2, offset: 0, text: 'Two risks' });
    await waitFor(() => texts.at(-1)?.text === 'Two risks', { what: 'the text so far' });
  });
});
