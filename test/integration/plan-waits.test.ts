import { beforeAll, describe, expect, test } from '@jest/globals';
import { acceptPlan } from '../../src/commands/accept-plan.ts';
import { sendMessage } from '../../src/commands/send-message.ts';
import { SendMessage } from '../../src/contracts/message.ts';
import type { Tx } from '../../src/db/record.ts';
import { isPlan, isSynthesis, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { Answer, ServedCall } from '../support/scripted-model-server/script.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
}, 120_000);

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
const step = (id: string, dependsOn: string[] = []) => ({
  id,
  kind: 'agent',
  title: `Do ${id}`,
  dependsOn,
  with: { goal: `Do ${id}.`, requires: [] },
});
const three = {
  name: 'Three steps',
  steps: [step('read'), step('weigh', ['read']), step('tell', ['weigh'])],
};
const two = { name: 'Two steps', steps: [step('read'), step('weigh', ['read'])] };
const isHearing = (call: ServedCall) =>
  !call.outputSchema && call.text.includes('Answer the messages above') && !isSynthesis(call);
const takesBack: Answer = {
  toolCalls: [{ name: 'revise_plan', arguments: { reason: 'Step 3 is not wanted.' } }],
};

/** What the Chief of Staff does when it hears the message, and after its tool. */
function script(heard: Answer, then: Answer) {
  house.answer((call) => {
    if (isPlan(call)) return { json: call.text.includes('You have taken your plan back') ? two : three };
    if (isHearing(call)) return call.text.includes('is taken back') ? then : heard;
    return null;
  });
}
const waits = (id: string, name: string) =>
  house.until(
    id,
    ({ waitingFor, waitingDetail }) =>
      waitingFor === 'approval' && String(waitingDetail).includes(`“${name}”`),
  );
const write = (id: string, text: string) =>
  desk((tx) =>
    sendMessage(
      tx,
      house.caller,
      SendMessage.parse({ to: { kind: 'task', id }, content: { text } }) as never,
    ),
  );
const answered = (messageId: string) =>
  waitFor(
    async () => {
      const [reply] = await house.rows<{ text: string }>(
        `SELECT content->>'text' AS text FROM messages WHERE reply_to = $1`,
        messageId,
      );
      return reply?.text;
    },
    { what: 'the answer', timeoutMs: 45_000 },
  );
const plansOf = (taskId: string) =>
  house.rows('SELECT n, status, note, decided_by FROM plans WHERE task_id = $1 ORDER BY n', taskId);
const accept = (taskId: string, n: number) =>
  desk((tx) => acceptPlan(tx, house.caller, { taskId, n, toolsOf: async () => [] }));
const stepsOf = async (taskId: string) =>
  (
    await house.rows<{ key: string }>(
      'SELECT s.key FROM steps s JOIN tasks t ON t.plan_run_id = s.run_id WHERE t.id = $1 ORDER BY s.key',
      taskId,
    )
  ).map(({ key }) => key);

describe('a person who writes to a goal whose plan waits to be accepted', () => {
  test('gets a new version of the plan, and a yes for the old one is refused', async () => {
    script(takesBack, { text: 'I leave it out.' });
    const id = await house.give({ goal: 'Sum it up.', planAcceptance: 'person' });
    await waits(id, 'Three steps');
    const { id: messageId } = await write(id, 'Please leave out step 3.');
    expect(await answered(messageId)).toBe('I leave it out.');
    await waits(id, 'Two steps');
    expect(await plansOf(id)).toMatchObject([
      { n: 1, status: 'withdrawn', note: 'Step 3 is not wanted.', decidedBy: expect.stringMatching(/^agt_/) },
      { n: 2, status: 'proposed' },
    ]);
    await expect(accept(id, 1)).rejects.toMatchObject({ code: 'precondition_failed' });
    await accept(id, 2);
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect(await stepsOf(id)).toEqual(['read', 'weigh']);
    await house.isWhole(id);
  }, 120_000);

  test('gets an answer where nothing changes, and the plan waits as it was', async () => {
    script({ text: 'Because nobody else would tell them.' }, { text: 'never asked' });
    const id = await house.give({ goal: 'Sum it up, too.', planAcceptance: 'person' });
    await waits(id, 'Three steps');
    const { id: messageId } = await write(id, 'Why step 3?');
    expect(await answered(messageId)).toBe('Because nobody else would tell them.');
    await waits(id, 'Three steps');
    expect(await plansOf(id)).toMatchObject([{ n: 1, status: 'proposed' }]);
    await accept(id, 1);
    await house.reaches('tasks', id, ['completed'], 60_000);
    expect(await stepsOf(id)).toEqual(['read', 'tell', 'weigh']);
    await house.isWhole(id);
  }, 120_000);
});
