/**
 * Histories of conversations: answered to the end, with an error, anew, after an approval; stopped by a person, cancelled by operations, continued
 * as new after many replies.
 */
import { join } from 'node:path';
import { createAgent } from '../../src/commands/create-agent.ts';
import { createApprovalRule } from '../../src/commands/approval-rules.ts';
import { createConversation } from '../../src/commands/create-conversation.ts';
import { decideApproval } from '../../src/commands/decide-approval.ts';
import { regenerateReply } from '../../src/commands/regenerate-reply.ts';
import { sayInConversation } from '../../src/commands/say-in-conversation.ts';
import { stopConversation } from '../../src/commands/stop-conversation.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { CreateApprovalRule } from '../../src/contracts/approval-rule.ts';
import { CreateConversation } from '../../src/contracts/conversation.ts';
import type { Tx } from '../../src/db/record.ts';
import { historiesFolder, recordHistory } from './histories.ts';
import { openScriptedHouse, type ScriptedHouse } from './scripted-house.ts';
import type { ServedCall } from './scripted-model-server/script.ts';
import { privateTemporal } from './temporal.ts';
import { waitFor } from './wait-for.ts';

const isChat = (call: ServedCall) => call.system.includes('talks with you');

export async function recordConversations(house: ScriptedHouse): Promise<void> {
  const agentId = await house.hire({ name: 'Mia', capability: 'talking' });
  const done = await talk(house, agentId);
  await ended(house, done);
  await keep(house, done, 'completed');
  for (const end of ['stopped', 'cancelled'] as const) {
    const held = house.hold(isChat);
    const id = await talk(house, agentId);
    await held;
    if (end === 'stopped') await desk(house, (tx) => stopConversation(tx, house.caller, id));
    else await house.client.workflow.getHandle(`conversation/${id}`).cancel();
    await ended(house, id);
    await keep(house, id, end);
  }
  await recordFailed(house, agentId);
  await recordRetried(house, agentId);
  await recordApproved(house);
}

/** The model refuses for good: the reply is the error, and the conversation ends well. */
async function recordFailed(house: ScriptedHouse, agentId: string): Promise<void> {
  house.answer((call) => (isChat(call) ? { fault: { kind: 'status', status: 400 } } : null));
  const id = await talk(house, agentId);
  await ended(house, id);
  await keep(house, id, 'failed');
  house.answer(() => null);
}

/** The execution that writes the reply anew. */
async function recordRetried(house: ScriptedHouse, agentId: string): Promise<void> {
  const id = await talk(house, agentId);
  await ended(house, id);
  const [reply] = await house.rows<{ id: string }>(
    `SELECT id FROM messages WHERE conversation_id = $1 AND type = 'reply'`,
    id,
  );
  await desk(house, (tx) =>
    regenerateReply(tx, house.caller, { conversationId: id, messageId: reply?.id ?? '' }),
  );
  await waitFor(
    async () =>
      (await house.rows(`SELECT 1 FROM messages WHERE conversation_id = $1 AND type = 'reply'`, id))
        .length === 2,
    { what: 'the reply to be written anew' },
  );
  await ended(house, id);
  await keep(house, id, 'retried');
}

/** A reply that calls a tool of which a person has to approve. */
async function recordApproved(house: ScriptedHouse): Promise<void> {
  const spec = AgentSpec.parse({ name: 'Abe', role: 'master_operator', tools: ['recall'] });
  const rule = CreateApprovalRule.parse({ name: 'Ask first', tool: 'recall', effect: 'ask' });
  const agent = await desk(house, async (tx) => {
    await createApprovalRule(tx, house.caller, rule);
    return createAgent(tx, house.caller, spec);
  });
  const lookUp = { name: 'recall', arguments: { query: 'sides' } };
  let asked = false;
  house.answer((call) => {
    if (!isChat(call) || asked) return null;
    asked = true;
    return { toolCalls: [lookUp] };
  });
  const id = await talk(house, agent.id);
  const approval = await waitFor(
    async () => (await house.rows<{ id: string }>(`SELECT id FROM approvals WHERE status = 'requested'`))[0],
    { what: 'the approval to be asked for', timeoutMs: 30_000 },
  );
  const decision = { approvalId: approval.id, status: 'approved' as const };
  await desk(house, (tx) =>
    decideApproval(tx, house.caller, { decision, toolsOf: () => Promise.resolve([]) }),
  );
  await ended(house, id);
  await keep(house, id, 'approved');
  house.answer(() => null);
}

/** On a server that suggests it after a few events: the first of the executions that one conversation goes through. */
export async function recordContinuedConversation(): Promise<void> {
  const server = await privateTemporal({ suggestContinueAsNew: 40 });
  const temporal = { address: server.address, namespace: server.namespace, client: await server.connect() };
  const house = await openScriptedHouse({ temporal });
  const agentId = await house.hire({ name: 'Mia', capability: 'talking' });
  const id = await talk(house, agentId);
  for (let n = 0; n < 6; n += 1)
    await desk(house, (tx) =>
      sayInConversation(tx, house.caller, { conversationId: id, content: { text: `And ${n}?` } }),
    );
  const { runId } = await house.client.workflow.getHandle(`conversation/${id}`).describe();
  await ended(house, id);
  const first = house.client.workflow.getHandle(`conversation/${id}`, runId, { followRuns: false });
  await recordHistory(first, join(historiesFolder, 'runConversation-continued-as-new.json'));
}

async function talk(house: ScriptedHouse, agentId: string): Promise<string> {
  const input = CreateConversation.parse({ agentId, message: { text: 'How are you?' } });
  const { id } = await desk(house, (tx) => createConversation(tx, house.caller, input));
  await waitFor(
    async () => {
      const rows = await house.rows(
        'SELECT 1 FROM conversations WHERE id = $1 AND temporal_started_at IS NOT NULL',
        id,
      );
      return rows.length > 0;
    },
    { what: 'the conversation to be in Temporal' },
  );
  return id;
}

async function ended(house: ScriptedHouse, id: string): Promise<void> {
  await house.client.workflow.getHandle(`conversation/${id}`).result();
}

async function keep(house: ScriptedHouse, id: string, end: string): Promise<void> {
  const handle = house.client.workflow.getHandle(`conversation/${id}`);
  await recordHistory(handle, join(historiesFolder, `runConversation-${end}.json`));
}

function desk<Result>(house: ScriptedHouse, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return house.db.inWorkspace(house.scope, work);
}
