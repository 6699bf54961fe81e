import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maxSameAction } from '../../../src/core/task/guards.ts';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import { repeatsGoal } from '../../../src/core/task/repeats-goal.ts';
import type { EffectFacts, TaskSnapshot } from '../../../src/core/task/snapshot.ts';
import { attempt, effect, reply, said, working } from './snapshots.ts';

const calls = (...given: { name: string; arguments: unknown }[]) =>
  effect({
    turn: 90,
    outcome: reply('', {
      toolCalls: given.map((call, i) => ({
        id: `c${i}`,
        name: call.name,
        arguments: JSON.stringify(call.arguments),
      })),
    }),
  });
const done = (turn: number, given: Record<string, unknown>, text = 'the same') =>
  effect({
    turn,
    kind: 'tool',
    purpose: 'search_files',
    input: { callId: `c${turn}`, arguments: JSON.stringify(given) },
    outcome: { text },
  });
const delegate = (goal: string) => ({ name: 'delegate', arguments: { goal } });

function trips(changes: Partial<Omit<TaskSnapshot, 'task'>> & { task?: object }, guard: string) {
  expect(nextTaskMove(working(changes))).toMatchObject({ move: 'wait', for: 'person', guard: { guard } });
}
function passes(changes: Partial<Omit<TaskSnapshot, 'task'>> & { task?: object }) {
  expect(nextTaskMove(working(changes))).toMatchObject({ move: 'call' });
}

describe('turns', () => {
  const current = attempt('master_operator', 1, { maxTurns: 2 });
  const used = (n: number): EffectFacts[] =>
    Array.from({ length: n }, (_, i) => [
      effect({
        turn: 2 * i + 1,
        outcome: reply('', { toolCalls: [{ id: 'a', name: 'x', arguments: `${i}` }] }),
      }),
      done(2 * i + 2, { i }),
    ]).flat();

  test('only turns of the model count, exactly', () => {
    passes({ current, effects: used(1) });
    trips({ current, effects: used(2) }, 'turns');
  });

  test('lifted, the task has as many once more', () => {
    passes({ current, effects: used(2), task: { guardsLifted: { turns: 1 } } });
    passes({ current, effects: used(3), task: { guardsLifted: { turns: 1 } } });
    trips({ current, effects: used(4), task: { guardsLifted: { turns: 1 } } }, 'turns');
  });

  test('hold up no task that is paused: that holds it up alone, and they trip again', () => {
    const given = { current, effects: used(2) };
    const paused = nextTaskMove(working({ ...given, task: { pausedAt: new Date() } }));
    expect(paused).toMatchObject({ move: 'wait', for: 'paused' });
    expect(paused).not.toHaveProperty('guard');
    const waits = { status: 'waiting', waitingFor: 'paused', holdsSlot: false } as const;
    trips({ ...given, task: waits }, 'turns');
  });

  test('an answer that is there is taken, however many turns it took', () => {
    const effects = [...used(2), said('Done.', { turn: 9 })];
    expect(nextTaskMove(working({ current, effects }))).toMatchObject({ move: 'complete' });
  });
});

describe('time', () => {
  const now = new Date('2030-01-01T12:00:00Z');
  const effects = [done(1, { a: 1 })];

  test('is over at its moment, and not before', () => {
    passes({ effects, now, task: { workUntil: new Date(now.getTime() + 1) } });
    trips({ effects, now, task: { workUntil: now } }, 'time');
  });

  test('of a task that waits stands still', () => {
    trips({ effects, now, task: { workUntil: null, workLeftSeconds: 0 } }, 'time');
    passes({ effects, now, task: { workUntil: null, workLeftSeconds: 60 } });
  });

  test('of an earlier attempt does not count', () => passes({ effects: [], now, task: { workUntil: now } }));
});

describe('delegation', () => {
  const lineage = { children: 0, goals: [] };

  test('goes as deep as the agent may', () => {
    passes({ effects: [calls(delegate('Read page 4.'))], lineage, task: { depth: 2 } });
    trips({ effects: [calls(delegate('Read page 4.'))], lineage, task: { depth: 3 } }, 'depth');
    passes({
      effects: [calls(delegate('Read page 4.'))],
      lineage,
      task: { depth: 3, guardsLifted: { depth: 1 } },
    });
  });

  test('of too many tasks is stopped before the first of them', () => {
    const current = attempt();
    current.agent.spec.limits.maxChildren = 3;
    const effects = [calls(delegate('Read page 4.'), delegate('Count the words of page 9.'))];
    passes({ current, effects, lineage: { children: 1, goals: [] } });
    trips({ current, effects, lineage: { children: 2, goals: [] } }, 'fan_out');
    passes({ current, effects, lineage: { children: 2, goals: [] }, task: { guardsLifted: { fan_out: 1 } } });
  });

  test('that is far over a limit needs as many allowances, which one person’s yes gives', () => {
    const current = attempt();
    current.agent.spec.limits.maxDepth = 0;
    current.agent.spec.limits.maxChildren = 2;
    const one = [calls(delegate('Read page 4.'))];
    const five = [calls(...'abcde'.split('').map((page) => delegate(`Read page ${page}.`)))];
    const cases = [
      ['depth', one, { depth: 2 }, 3],
      ['fan_out', five, { depth: 0, guardsLifted: { depth: 1 } }, 2],
    ] as const;
    for (const [guard, effects, task, allowances] of cases) {
      const move = nextTaskMove(working({ current, effects, lineage, task }));
      expect(move).toMatchObject({ guard: { guard, allowances } });
      const guardsLifted = { ...('guardsLifted' in task ? task.guardsLifted : {}), [guard]: allowances };
      passes({ current, effects, lineage, task: { ...task, guardsLifted } });
      trips(
        {
          current,
          effects,
          lineage,
          task: { ...task, guardsLifted: { ...guardsLifted, [guard]: allowances - 1 } },
        },
        guard,
      );
    }
    const tell = calls({ name: 'send_message', arguments: { to: 'tsk_1', text: 'Yes?' } });
    const hops = { heard: 9, limit: 3 };
    expect(nextTaskMove(working({ effects: [tell], hops }))).toMatchObject({
      guard: { guard: 'hops', allowances: 3 },
    });
    passes({ effects: [tell], hops, task: { guardsLifted: { hops: 3 } } });
  });

  test('of the goal that it was given itself, or that stands above it, is stopped', () => {
    const goal = 'Compare the three offers and recommend the best one.';
    const again = calls(delegate('Compare the three OFFERS, and recommend the best one'));
    trips({ effects: [again], lineage, task: { goal } }, 'same_goal');
    trips({ effects: [again], lineage: { children: 0, goals: [goal] } }, 'same_goal');
    passes({ effects: [again], lineage, task: { goal, guardsLifted: { same_goal: 1 } } });
    passes({ effects: [calls(delegate('Find the price in the second offer.'))], lineage, task: { goal } });
  });

  test('is what asks another agent, too; who only tells, or asks a task, makes none', () => {
    const goal = 'Compare the three offers and recommend the best one.';
    const current = attempt();
    current.agent.spec.limits.maxChildren = 3;
    const family = { children: 3, goals: [goal] };
    const says = (given: object) =>
      calls({ name: 'send_message', arguments: { text: 'Read page 4.', ...given } });
    trips({ current, effects: [says({ to: 'Clerk' })], lineage: family }, 'fan_out');
    trips({ effects: [says({ to: 'agt_1', text: goal })], lineage: family }, 'same_goal');
    trips({ effects: [says({ to: 'Clerk' })], lineage, task: { depth: 3 } }, 'depth');
    for (const other of [
      { to: 'Clerk', type: 'inform' },
      { to: 'tsk_1' },
      { to: 'chief' },
      { reply_to: 'msg_1' },
    ])
      passes({ current, effects: [says(other)], lineage: family });
  });

  test('with arguments that make no sense is for the tool to refuse', () => {
    const broken = effect({
      outcome: reply('', { toolCalls: [{ id: 'a', name: 'delegate', arguments: '{"goal": ' }] }),
    });
    passes({ effects: [broken], lineage });
  });
});

describe('the same action', () => {
  const inVain = Array.from({ length: maxSameAction }, (_, i) => done(i + 1, { query: 'price', limit: 3 }));

  test('with the same arguments and the same result is stopped, however they are written', () => {
    const again = calls({ name: 'search_files', arguments: { limit: 3, query: 'price' } });
    trips({ effects: [...inVain, again] }, 'same_action');
    passes({ effects: [...inVain.slice(1), again] });
    passes({ effects: [...inVain, again], task: { guardsLifted: { same_action: 1 } } });
  });

  test('that makes another one of the same each time is stopped, too', () => {
    const tells = { to: 'Clerk', type: 'inform', text: 'Your turn.' };
    const sent = Array.from({ length: maxSameAction }, (_, i) => ({
      ...done(i + 1, tells, `Sent to Clerk (msg_01k5zj7q3ve4r9t0m2n4p6q8s${i}).`),
      purpose: 'send_message',
    }));
    const again = calls({ name: 'send_message', arguments: tells });
    trips({ effects: [...sent, again] }, 'same_action');
    passes({ effects: [...sent.slice(1), again] });
  });

  test('with other arguments, or that brings something new, goes on', () => {
    passes({ effects: [...inVain, calls({ name: 'search_files', arguments: { query: 'date', limit: 3 } })] });
    const news = done(80, { query: 'price', limit: 3 }, 'something new');
    passes({
      effects: [...inVain, news, calls({ name: 'search_files', arguments: { query: 'price', limit: 3 } })],
    });
  });
});

describe('a goal that repeats another', () => {
  test('is told by its words, not by their order, case or signs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zäö0-9]{1,9}$/), { minLength: 1, maxLength: 60 }),
        (words) => {
          const other = words.toReversed().map((word) => word.toUpperCase());
          expect(repeatsGoal(words.join(' '), `${other.join(', ')}!`)).toBe(true);
        },
      ),
    );
  });

  test('a part of it is no repetition', () => {
    expect(
      repeatsGoal(
        'Read the contract.',
        'Read the contract and list every risk with its place and its weight.',
      ),
    ).toBe(false);
    expect(repeatsGoal('', 'Read the contract.')).toBe(false);
  });
});
