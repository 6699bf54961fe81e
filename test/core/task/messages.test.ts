import { describe, expect, test } from '@jest/globals';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import { mayAnswer } from '../../../src/core/task/messages.ts';
import type { EffectFacts, TaskMessage } from '../../../src/core/task/snapshot.ts';
import { attempt, effect, said, scorer, snapshot, working } from './snapshots.ts';

const message = (changes: Partial<TaskMessage> = {}): TaskMessage => ({
  id: 'msg_1',
  state: 'delivered',
  shown: false,
  opens: false,
  ...changes,
});
const planRun = { id: 'run_1', status: 'running' as const, output: null, error: null };
const chief = { role: 'chief_of_staff' as const, planRunId: 'run_1', planOrigin: 'model' as const };

describe('a message that has arrived', () => {
  test('is delivered before anything else is decided, also while a call is open', () => {
    const messages = [message({ state: 'accepted' }), message({ id: 'msg_2', state: 'accepted' })];
    const open = working({ messages, effects: [effect({ status: 'claimed' })] });
    expect(nextTaskMove(open)).toEqual({ move: 'deliver', ids: ['msg_1', 'msg_2'] });
    expect(nextTaskMove(snapshot({ messages, task: { status: 'completed' } }))).toMatchObject({
      move: 'deliver',
    });
  });

  test('and is not read makes a finished answer wait for another turn', () => {
    const done = working({ effects: [said('The answer.')], messages: [message()] });
    expect(nextTaskMove(done)).toEqual({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'model', purpose: 'work', input: { heard: true } }],
    });
  });

  test('and was shown, or is the request that the task is for, does not', () => {
    for (const changes of [{ shown: true, state: 'read' as const }, { opens: true }])
      expect(nextTaskMove(working({ effects: [said('Done.')], messages: [message(changes)] }))).toMatchObject(
        {
          move: 'complete',
        },
      );
  });

  test('does not keep a result back that no turn is left for, nor where no model can read', () => {
    const spent = working({
      current: attempt('master_operator', 1, { maxTurns: 1 }),
      effects: [said('Done.')],
      messages: [message()],
    });
    expect(nextTaskMove(spent)).toMatchObject({ move: 'complete' });
    const scored = effect({ purpose: 'method:quote', outcome: { markdown: 'Quotes', data: null } });
    const small = working({ models: [scorer], effects: [scored], messages: [message()] });
    expect(nextTaskMove(small)).toMatchObject({ move: 'complete' });
  });

  test('lets a Chief of Staff answer while its plan is carried out, and the plan’s own turns go on after it', () => {
    const plan = effect({ purpose: 'plan' });
    const waiting = working({ task: chief, planRun, effects: [plan], messages: [message()] });
    expect(nextTaskMove(waiting)).toEqual({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'model', purpose: 'hear' }],
    });
    const heard = effect({ turn: 2, purpose: 'hear', outcome: { text: 'Yes.', toolCalls: [], stop: 'end' } });
    const done = { ...planRun, status: 'completed' as const, output: 'x' };
    const after = working({
      task: chief,
      planRun: done,
      effects: [plan, heard],
      messages: [message({ shown: true })],
    });
    expect(nextTaskMove(after)).toMatchObject({ move: 'call', turn: 3 });
    const failed = { ...heard, status: 'failed' as const, error: { code: 'model_failed', message: 'no' } };
    expect(nextTaskMove({ ...waiting, effects: [plan, failed], messages: [] })).toMatchObject({
      move: 'wait',
      for: 'children',
    });
  });
});

describe('a question of an agent to its Chief of Staff', () => {
  const asked = message({ asks: true });
  const plan = effect({ purpose: 'plan' });
  const under = { task: chief, planRun, effects: [plan], messages: [asked] };

  test('is heard while the plan is carried out; only a turn that may answer shows it', () => {
    expect(nextTaskMove(working(under))).toMatchObject({ move: 'call', effects: [{ purpose: 'hear' }] });
    expect(['hear', 'work'].map(mayAnswer)).toEqual([true, true]);
    expect(['plan', 'replan', 'judge', 'synthesis'].map(mayAnswer)).toEqual([false, false, false, false]);
  });

  test('waits with it for a model that is out of service, and is refused where there is none', () => {
    const outage = { account: 'environment', provider: 'cloud', model: 'big', reason: 'HTTP 503' };
    expect(nextTaskMove(working({ ...under, outages: [outage] }))).toMatchObject({
      move: 'wait',
      for: 'outage',
      on: ['environment/cloud/big'],
    });
    expect(nextTaskMove(working({ ...under, models: [scorer] }))).toMatchObject({
      move: 'excuse',
      ids: ['msg_1'],
      text: expect.stringContaining('No model'),
    });
  });

  test('is refused when no turn is left, or when nobody works on the plan any more', () => {
    const spent = working({ ...under, current: attempt('chief_of_staff', 1, { maxTurns: 1 }) });
    expect(nextTaskMove(spent)).toMatchObject({
      move: 'excuse',
      ids: ['msg_1'],
      text: expect.stringContaining('No turn is left'),
    });
    const error = { code: 'model_failed', message: 'It broke.' };
    const failedAttempts = [1, 2, 3].map((n) => ({ n, agentId: `agt_${n}`, error }));
    expect(nextTaskMove(snapshot({ ...under, effects: [], failedAttempts }))).toMatchObject({
      move: 'excuse',
      ids: ['msg_1'],
    });
  });

  test('that was read by a turn that came to nothing is answered all the same: nobody waits for what cannot come', () => {
    const failed = effect({
      turn: 2,
      purpose: 'hear',
      status: 'failed',
      error: { code: 'model_failed', message: 'no' },
    });
    const read = message({ asks: true, shown: true, state: 'read' });
    expect(nextTaskMove(working({ ...under, effects: [plan, failed], messages: [read] }))).toEqual({
      move: 'excuse',
      ids: ['msg_1'],
      text: 'It was read, and no answer came of it.',
    });
    const opens = message({ asks: true, shown: true, opens: true });
    expect(nextTaskMove(working({ ...under, messages: [opens] }))).toMatchObject({ for: 'children' });
  });
});

/** An agent's question to people, which is open. */
const question = effect({
  key: 'q',
  turn: 2,
  kind: 'tool',
  purpose: 'ask_person',
  status: 'waiting',
  outcome: null,
  waits: { for: 'person', detail: 'Which year?', on: ['msg_0'], until: null },
});

describe('a message that comes while a Chief of Staff waits for the answer to its own question', () => {
  const calls = (name: string) => [{ id: 'c1', name, arguments: '{}' }];
  const asking = effect({
    purpose: 'plan',
    outcome: { text: '', toolCalls: calls('ask_person'), stop: 'tools' },
  });
  const answered = { ...question, status: 'settled' as const, outcome: { text: '2025.' }, waits: null };
  const heard = said('Soon.', { turn: 3, purpose: 'hear' });
  const read = message({ shown: true, state: 'acknowledged' });
  const at = (effects: EffectFacts[], messages: TaskMessage[]) =>
    working({ task: { role: 'chief_of_staff' }, effects, messages });

  test('is heard at once, and it waits again for the answer', () => {
    expect(nextTaskMove(at([asking, question], [message()]))).toEqual({
      move: 'call',
      turn: 3,
      effects: [{ kind: 'model', purpose: 'hear' }],
    });
    expect(nextTaskMove(at([asking, question, heard], [read]))).toMatchObject({
      move: 'wait',
      for: 'person',
      detail: 'Which year?',
    });
  });

  test('may need tools; a question that hearing itself asks is waited for, too', () => {
    const searching = effect({
      turn: 3,
      purpose: 'hear',
      outcome: { text: '', toolCalls: calls('search_files'), stop: 'tools' },
    });
    const searched = effect({ turn: 4, kind: 'tool', purpose: 'search_files' });
    expect(nextTaskMove(at([asking, question, searching], [read]))).toMatchObject({
      move: 'call',
      turn: 4,
      effects: [{ kind: 'tool' }],
    });
    expect(nextTaskMove(at([asking, question, searching, searched], [read]))).toMatchObject({
      move: 'call',
      turn: 5,
      effects: [{ kind: 'model', purpose: 'hear', input: { goesOn: true } }],
    });
    const another = { ...question, key: 'r', turn: 4 };
    expect(nextTaskMove(at([asking, question, searching, another], [read]))).toMatchObject({
      move: 'wait',
      for: 'person',
    });
  });

  test('does not come in between when the answer is there: it goes on with what it asked for', () => {
    expect(nextTaskMove(at([asking, answered, heard], [read]))).toEqual({
      move: 'call',
      turn: 4,
      effects: [{ kind: 'model', purpose: 'plan', input: { goesOn: true, heard: true } }],
    });
  });

  test('lets it withdraw the question: it answers, and goes on with what it was about', () => {
    const withdrawing = { text: '', toolCalls: calls('withdraw_question'), stop: 'tools' };
    const hears = effect({ turn: 3, purpose: 'hear', outcome: withdrawing });
    const withdrawn = effect({ turn: 4, kind: 'tool', purpose: 'withdraw_question' });
    const after = [asking, answered, hears, withdrawn];
    expect(nextTaskMove(at(after, [read]))).toMatchObject({ turn: 5, effects: [{ purpose: 'hear' }] });
    const thanks = said('Thank you.', { turn: 5, purpose: 'hear' });
    expect(nextTaskMove(at([...after, thanks], [read]))).toMatchObject({
      turn: 6,
      effects: [{ purpose: 'plan', input: { goesOn: true } }],
    });
  });

  test('is read later where no model could hear it, and by a call that waits for a yes', () => {
    const spent = { ...at([asking, question], [message({ wants: true })]), models: [scorer] };
    expect(nextTaskMove(spent)).toMatchObject({
      move: 'excuse',
      text: expect.stringContaining('when the open question is answered'),
    });
    const approval = {
      ...question,
      waits: { for: 'approval' as const, detail: 'Pay?', on: ['apr_1'], until: null },
    };
    expect(nextTaskMove(at([asking, approval], [message()]))).toMatchObject({
      move: 'wait',
      for: 'approval',
    });
  });
});

describe('a message that comes while an operator waits for the answer to its own question', () => {
  const toolCalls = [{ id: 'c1', name: 'ask_person', arguments: '{}' }];
  const asking = effect({ purpose: 'work', outcome: { text: '', toolCalls, stop: 'tools' } });
  const settled = { ...question, status: 'settled' as const, outcome: { text: '2025.' } };
  const heard = said('Soon.', { turn: 3, purpose: 'hear' });

  test('is heard when a person wrote it; what agents write is read with its next turn', () => {
    const told = working({ effects: [asking, question], messages: [message({ wants: true })] });
    expect(nextTaskMove(told)).toMatchObject({ move: 'call', turn: 3, effects: [{ purpose: 'hear' }] });
    expect(nextTaskMove({ ...told, messages: [message({ asks: true })] })).toMatchObject({
      move: 'wait',
      for: 'person',
    });
  });

  test('does not end what another agent asked it and it has read: it may answer that later', () => {
    const messages = [
      message({ asks: true, shown: true, state: 'acknowledged' }),
      message({ id: 'msg_2', wants: true }),
    ];
    expect(nextTaskMove(working({ effects: [asking, question], messages }))).toMatchObject({
      effects: [{ purpose: 'hear' }],
    });
  });

  test('is no result of its task: it waits again, and goes on with its own work', () => {
    const messages = [message({ shown: true, state: 'acknowledged' })];
    expect(nextTaskMove(working({ effects: [asking, question, heard], messages }))).toMatchObject({
      move: 'wait',
      for: 'person',
    });
    expect(nextTaskMove(working({ effects: [asking, settled, heard], messages }))).toMatchObject({
      move: 'call',
      turn: 4,
      effects: [{ purpose: 'work', input: { goesOn: true, heard: true } }],
    });
    const done = said('The result.', { turn: 4, purpose: 'work' });
    expect(nextTaskMove(working({ effects: [asking, settled, heard, done], messages }))).toMatchObject({
      move: 'complete',
      result: { markdown: 'The result.' },
    });
  });
});

describe('a message that comes while a plan waits for a person', () => {
  const plan = {
    n: 1,
    kind: 'first' as const,
    status: 'proposed' as const,
    origin: 'model' as const,
    reason: '',
    name: 'Trip',
    decidedBy: null,
    note: null,
  };
  const task = { role: 'chief_of_staff' as const, planAcceptance: 'person' as const };
  const written = said('{}', { purpose: 'plan' });

  test('is heard at once, and the plan waits again', () => {
    const asked = working({ task, plan, effects: [written], messages: [message()] });
    expect(nextTaskMove(asked)).toEqual({
      move: 'call',
      turn: 2,
      effects: [{ kind: 'model', purpose: 'hear' }],
    });
    const heard = said('Because it is cheap.', { turn: 2, purpose: 'hear' });
    const after = { ...asked, effects: [written, heard], messages: [message({ shown: true })] };
    expect(nextTaskMove(after)).toMatchObject({ move: 'wait', for: 'approval' });
  });

  test('is excused once where no model could read it, and stays unread', () => {
    const chosen = effect({
      purpose: 'choose_template',
      outcome: { workflowId: 'wfl_1', name: 'Trip', reason: 'Fits.' },
    });
    const given = { task, plan, models: [scorer], effects: [chosen] };
    const text = expect.stringContaining('accept it, or send it back');
    expect(nextTaskMove(working({ ...given, messages: [message({ wants: true })] }))).toEqual({
      move: 'excuse',
      ids: ['msg_1'],
      text,
    });
    for (const messages of [[message({ wants: false })], [message({ shown: true, wants: true })]])
      expect(nextTaskMove(working({ ...given, messages }))).toMatchObject({ move: 'wait', for: 'approval' });
    const under = working({
      ...given,
      task: { ...task, ...chief },
      planRun,
      messages: [message({ wants: true })],
    });
    expect(nextTaskMove({ ...under, plan: { ...plan, status: 'accepted' } })).toMatchObject({
      move: 'excuse',
      text: expect.stringContaining('carried out as it is'),
    });
  });

  test('is heard although the plan is accepted meanwhile: its run begins first, so that its rest can be changed', () => {
    const toolCalls = [{ id: 'c', name: 'revise_plan', arguments: '{"reason":"No flights."}' }];
    const heard = effect({ turn: 2, purpose: 'hear', outcome: { text: '', toolCalls, stop: 'tools' } });
    const accepted = { ...plan, status: 'accepted' as const };
    const effects = [written, heard];
    expect(nextTaskMove(working({ task, plan: accepted, effects }))).toEqual({ move: 'carryOut' });
    const begun = working({ task: { ...task, ...chief }, plan: accepted, planRun, effects });
    expect(nextTaskMove(begun)).toMatchObject({
      move: 'call',
      effects: [{ kind: 'tool', purpose: 'revise_plan' }],
    });
  });
});

test('a reply in a conversation of a Chief of Staff is a talk, not a plan, and needs no slot', () => {
  const talk = working({ task: { role: 'chief_of_staff', conversationId: 'cnv_1', holdsSlot: false } });
  expect(nextTaskMove(talk)).toEqual({
    move: 'call',
    turn: 1,
    effects: [{ kind: 'model', purpose: 'work' }],
  });
});
