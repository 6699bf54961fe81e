import { sendMessage } from '../../../src/commands/send-message.ts';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import { SendMessage } from '../../../src/contracts/message.ts';
import { insertAgent } from '../../../src/db/agent-store.ts';
import type { MessageRow } from '../../../src/db/mappings/message.ts';
import { createTaskRecord, type TaskRecord } from '../../../src/db/task-record.ts';
import { askChief, askPerson } from '../../../src/tools/ask-person.ts';
import { sendMessage as sendTool } from '../../../src/tools/send-message.ts';
import { withdrawQuestion } from '../../../src/tools/withdraw-question.ts';
import { type Desk, model, openDesk, reserved } from '../tasks/support.ts';

/** A desk whose agents have the tools of messages. */
export interface Exchange {
  desk: Desk;
  record: TaskRecord;
  /** An agent that may write messages. */
  employ(name: string, maxConcurrent?: number): Promise<string>;
  /** A person writes. */
  write(input: object): Promise<string>;
  toAgent(agentId: string, text: string, more?: object): Promise<string>;
  toTask(taskId: string, text: string, more?: object): Promise<string>;
  message(id: string): Promise<MessageRow>;
  answerTo(id: string): Promise<MessageRow | undefined>;
  /** The key of the call that the task wants now; it is claimed. */
  turn(taskId: string): Promise<string>;
  says(taskId: string, key: string, text: string): ReturnType<Desk['settle']>;
  /** The model wants to call a tool. @returns the key of that call */
  calls(taskId: string, tool: string, args: object): Promise<string>;
  /** The model calls a tool, which is run. */
  uses(taskId: string, tool: string, args: object): Promise<void>;
  told(taskId: string, role?: 'user' | 'tool'): Promise<string[]>;
  task(id: string): Promise<{
    status: string;
    cancelReason: string | null;
    deadline: Date | null;
    holdsSlot: boolean;
    waitingFor: string | null;
    goal: string;
    parentId: string | null;
    rootId: string;
  }>;
}

export async function openExchange(): Promise<Exchange> {
  const desk = await openDesk(18);
  const record = createTaskRecord(desk.db, {
    models: [model],
    reserve: () => ({ microUsd: reserved, price: null }),
    toolsOf: async () => [sendTool, askPerson, askChief, withdrawQuestion],
  });
  const write = async (input: object) =>
    (await desk.inside((tx) => sendMessage(tx, desk.caller, SendMessage.parse(input)))).id;
  const turn: Exchange['turn'] = async (taskId) => {
    const { start } = await desk.look(taskId);
    const key = start[0]?.key;
    if (!key) throw new Error(`The task ${taskId} wants no call.`);
    await desk.claim(taskId, key);
    return key;
  };
  const calls: Exchange['calls'] = async (taskId, tool, args) => {
    const key = await turn(taskId);
    const toolCalls = [{ id: 'c1', name: tool, arguments: JSON.stringify(args) }];
    const { start } = await desk.settle(taskId, key, {
      try: 1,
      end: { as: 'settled', outcome: { text: '', toolCalls, stop: 'tools' }, said: { text: '', toolCalls } },
    });
    return start[0]?.key ?? '';
  };
  return {
    desk,
    record,
    employ: async (name, maxConcurrent = 50) => {
      const spec = AgentSpec.parse({
        name,
        role: 'master_operator',
        capabilities: [{ name, level: 3 }],
        tools: ['send_message', 'ask_person', 'ask_chief'],
        limits: { maxConcurrent },
      });
      return (await desk.inside((tx) => insertAgent(tx, spec))).id;
    },
    write,
    toAgent: (id, text, more = {}) => write({ to: { kind: 'agent', id }, content: { text }, ...more }),
    toTask: (id, text, more = {}) => write({ to: { kind: 'task', id }, content: { text }, ...more }),
    message: async (id) =>
      (await desk.rows<MessageRow>('SELECT * FROM messages WHERE id = $1', id))[0] as MessageRow,
    answerTo: async (id) =>
      (await desk.rows<MessageRow>('SELECT * FROM messages WHERE reply_to = $1', id))[0],
    turn,
    says: (taskId, key, text) =>
      desk.settle(taskId, key, {
        try: 1,
        end: { as: 'settled', outcome: { text, toolCalls: [], stop: 'end' }, said: { text } },
      }),
    calls,
    uses: async (taskId, tool, args) => {
      await record.claimTool(desk.asker, { taskId, key: await calls(taskId, tool, args) });
    },
    told: async (taskId, role = 'user') =>
      (
        await desk.rows<{ text: string }>(
          `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = $2 ORDER BY seq`,
          taskId,
          role,
        )
      ).map(({ text }) => text),
    task: async (id) =>
      (
        await desk.rows<Awaited<ReturnType<Exchange['task']>>>('SELECT * FROM tasks WHERE id = $1', id)
      )[0] as never,
  };
}
