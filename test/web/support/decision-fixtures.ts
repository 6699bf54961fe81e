import { Approval } from '../../../src/contracts/approval.ts';
import { Message } from '../../../src/contracts/message.ts';
import { PlanView } from '../../../src/contracts/plan.ts';
import { ToolServer } from '../../../src/contracts/tool-server.ts';
import { ModelCallView } from '../../../src/contracts/task-views.ts';
import { agents, approvalId, at, ledger, runId, taskId } from './fixtures.ts';
import { idOf } from './ids.ts';

/** What people decide about and look into: approvals, plans, messages, model calls. */
export function approval(part: Partial<Approval> = {}): Approval {
  return Approval.parse({
    id: approvalId,
    kind: 'step',
    taskId: null,
    taskTitle: null,
    agentId: null,
    agentName: null,
    tool: null,
    risk: null,
    destination: null,
    arguments: null,
    editedArguments: null,
    why: null,
    ruleIds: [],
    editedHash: null,
    fourEyes: false,
    consents: [],
    happened: null,
    remindAt: null,
    runId,
    runName: 'Read, weigh, write',
    stepKey: 'send',
    rootTaskId: taskId,
    title: 'Send the memo to the board',
    details: 'To: board@tidewater.example (7 people)\nSubject: The three biggest risks',
    status: 'requested',
    hash: 'c'.repeat(64),
    requestedAt: at(700),
    requestedBy: idOf('prn', 1),
    startedBy: idOf('prn', 9),
    decidedAt: null,
    decidedBy: null,
    note: null,
    expiresAt: new Date(Date.now() + 54.5 * 60_000).toISOString(),
    spentAt: null,
    ...part,
  });
}

export function message(n: number, part: Partial<Message> = {}): Message {
  return Message.parse({
    id: idOf('msg', n),
    place: n,
    from: { kind: 'person', id: idOf('prn', 1), name: 'Owner' },
    to: { kind: 'task', id: taskId, name: null },
    type: 'inform',
    correlationId: idOf('msg', n),
    replyTo: null,
    content: { text: 'Leave the annex out.' },
    priority: 'medium',
    deadline: null,
    hops: 0,
    state: 'accepted',
    reason: null,
    taskId,
    fromTaskId: null,
    runId: null,
    conversationId: null,
    answeredBy: null,
    open: false,
    acceptedAt: at(600 + n),
    deliveredAt: null,
    readAt: null,
    acknowledgedAt: null,
    expiredAt: null,
    withdrawnAt: null,
    ...part,
  });
}

/** What the agent of a task asks a person. */
export function question(n: number, text: string, part: Partial<Message> = {}): Message {
  return message(n, {
    from: { kind: 'agent', ...agents.researcher },
    to: { kind: 'person', id: null, name: null },
    type: 'request',
    content: { text },
    fromTaskId: taskId,
    taskId: null,
    open: true,
    ...part,
  });
}

/** A plan that nobody has accepted yet. */
export function plan(part: Partial<PlanView> = {}): PlanView {
  const steps = [
    { id: 'read', title: 'Read each document', goal: 'List what may go wrong.', dependsOn: [] },
    { id: 'write', title: 'Write the memo', goal: 'One page for the board.', dependsOn: ['read'] },
  ].map(({ goal: work, ...each }) => ({
    ...each,
    kind: 'agent',
    with: { goal: work, requires: [{ capability: 'write', level: 3 }] },
  }));
  return PlanView.parse({
    n: 1,
    origin: 'model',
    status: 'proposed',
    reason: 'Written for this goal.',
    runId: null,
    workflowId: idOf('wfl', 1),
    version: 1,
    definition: { name: 'Read, then write', steps },
    history: [],
    ...part,
  });
}

/** A tool call that an agent may not make by itself. */
export const toolApproval = (part: Partial<Approval> = {}) =>
  approval({
    kind: 'tool',
    title: 'http_request to mail.tidewater.example',
    details: null,
    runId: null,
    runName: null,
    stepKey: null,
    taskId: idOf('tsk', 101),
    taskTitle: 'Send the memo',
    agentId: agents.writer.id,
    agentName: agents.writer.name,
    tool: 'http_request',
    risk: 'high',
    destination: 'mail.tidewater.example',
    arguments: { method: 'POST', url: 'https://mail.tidewater.example/send', body: 'The memo, 7 people' },
    why: 'Rule “What leaves the company”.',
    ...part,
  });

/** A model call that was opened. */
export function modelCall(part: Partial<ModelCallView> = {}): ModelCallView {
  return ModelCallView.parse({
    id: idOf('mdc', 1),
    taskId,
    attempt: 1,
    turn: 1,
    purpose: 'work',
    status: 'settled',
    request: {
      kind: 'complete',
      system: 'You are the Analyst.',
      tools: ['search_files'],
      maxOutputTokens: 4096,
    },
    messages: [
      { role: 'user', content: { text: '# Task: weigh the risks' } },
      {
        role: 'assistant',
        content: {
          text: '',
          toolCalls: [{ id: 'c1', name: 'search_files', arguments: '{"query":"delay"}' }],
        },
      },
    ],
    intact: true,
    route: {
      reason: 'claude-sonnet: fit for writing, cheapest of two.',
      candidates: [
        { provider: 'anthropic', model: 'claude-sonnet', score: 0.71, parts: { success: 0.93, cost: 0.5 } },
        { provider: 'openai', model: 'gpt-large' },
      ],
      rejected: [{ provider: 'llama', model: 'smollm2-135m-instruct', why: 'It cannot write.' }],
    },
    packing: {
      room: 190_000,
      total: 12_000,
      counter: 'estimate',
      reported: 12_300,
      kept: [{ id: 'task', tokens: 800, cut: false }],
      left: [{ id: 'file operations-report', tokens: 40_000, why: 'It did not fit.' }],
    },
    price: { inputPerMTok: 3, cachedInputPerMTok: 0.3, outputPerMTok: 15, asOf: '2026-11-01' },
    waste: { tries: 0, usd: 0 },
    reply: { text: 'Three risks stand out.', toolCalls: [], stop: 'end' },
    error: null,
    tries: [ledger[0]],
    createdAt: at(100),
    settledAt: at(104),
    ...part,
  });
}

/** A tool server, one of whose tools is described differently by now. */
export function toolServer(): ToolServer {
  const tool = {
    name: 'search',
    fullName: 'wiki.search',
    state: 'changed',
    enabled: true,
    description: 'Searches the wiki.',
    parameters: { type: 'object' },
    risk: 'low',
    riskSetByPerson: false,
    timeoutSeconds: 60,
    timeoutSetByPerson: false,
    effect: 'none',
    hash: 'h2',
    changedTo: {
      description: 'Searches the wiki and mails the answer.',
      parameters: { type: 'object' },
      risk: 'high',
      effect: 'at_most_once',
    },
    problem: null,
  };
  return ToolServer.parse({
    id: idOf('tsv', 1),
    name: 'wiki',
    kind: 'mcp_http',
    url: 'https://wiki.tidewater.example/mcp',
    command: null,
    args: [],
    env: [],
    baseUrl: null,
    credential: null,
    enabled: true,
    timeoutSeconds: 60,
    problem: null,
    tools: [tool, { ...tool, name: 'read', fullName: 'wiki.read', state: 'ready', changedTo: null }],
    version: 1,
    checkedAt: at(1),
    createdAt: at(1),
    updatedAt: at(1),
  });
}
