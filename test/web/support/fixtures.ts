import { AssignmentView } from '../../../src/contracts/assignment.ts';
import type { Cost } from '../../../src/contracts/cost.ts';
import { noCost } from '../../../src/contracts/cost.ts';
import { EventEnvelope } from '../../../src/contracts/event.ts';
import { Forecast } from '../../../src/contracts/forecast.ts';
import { FileView } from '../../../src/contracts/file.ts';
import { Agent } from '../../../src/contracts/agent.ts';
import { ModelView } from '../../../src/contracts/model.ts';
import type { OperationsStatus } from '../../../src/contracts/operations.ts';
import { Provider } from '../../../src/contracts/provider.ts';
import { Session } from '../../../src/contracts/principal.ts';
import { Run, Step } from '../../../src/contracts/run.ts';
import { LedgerEntryView } from '../../../src/contracts/task-views.ts';
import { type AgentRef, Task, TaskTree } from '../../../src/contracts/task.ts';
import { idOf } from './ids.ts';

/** What the fake API serves. Everything goes through the contracts, so that a fixture cannot drift away from the product. */
const start = Date.now() - 14 * 60_000;
export const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();

export const agents = {
  chief: { id: idOf('agt', 1), name: 'Chief of Staff', role: 'chief_of_staff' },
  researcher: { id: idOf('agt', 2), name: 'Researcher', role: 'master_operator' },
  analyst: { id: idOf('agt', 3), name: 'Analyst', role: 'master_operator' },
  writer: { id: idOf('agt', 4), name: 'Writer', role: 'master_operator' },
  reviewer: { id: idOf('agt', 5), name: 'Reviewer', role: 'master_operator' },
} satisfies Record<string, AgentRef>;

export const taskId = idOf('tsk', 1);
export const runId = idOf('run', 1);

export function cost(usd: number | null, calls = 3): Cost {
  return {
    usd,
    calls,
    inputTokens: calls * 4100,
    cachedInputTokens: calls * 2500,
    outputTokens: calls * 310,
  };
}

export const session = Session.parse({
  principal: { id: idOf('prn', 1), name: 'Owner' },
  role: 'owner',
  workspace: { id: idOf('wsp', 1), name: 'Tidewater' },
  csrf: 'csrf-of-the-test',
});

const usualModel = {
  healthy: true,
  problem: null,
  latencyMs: 40,
  aliases: [],
  own: false,
  requestsPerMinute: null,
  tokensPerMinute: null,
  stallSeconds: 60,
  tokenizer: null,
  webSearch: null,
};

export function allWell(part: Partial<OperationsStatus> = {}): OperationsStatus {
  const repairs = { woken: 0, cancelled: 0, failed: 0 };
  return {
    startedAt: at(0),
    database: true,
    redis: true,
    outbox: { ready: 0, dead: 0, oldestSeconds: null },
    reconciled: { by: 'dispatcher-1', at: at(800), unserved: [], repairs },
    ...part,
  };
}

const free = { inputPerMTok: 0, cachedInputPerMTok: 0, outputPerMTok: 0, asOf: '2026-11-01', checked: true };

export const models = {
  builtIn: ModelView.parse({
    id: 'smollm2-135m-instruct',
    provider: 'llama',
    contextTokens: 2048,
    maxOutputTokens: 512,
    fit: ['score'],
    prices: free,
    ...usualModel,
  }),
  capable: ModelView.parse({
    id: 'claude-sonnet',
    provider: 'anthropic',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    fit: ['plan', 'tools', 'json', 'write'],
    prices: { ...free, inputPerMTok: 3, cachedInputPerMTok: 0.3, outputPerMTok: 15 },
    ...usualModel,
  }),
};

export function provider(name: Provider['name'], part: Partial<Provider> = {}): Provider {
  const nothing = { source: null, last4: null, baseUrl: null, model: null, fit: null, problem: null };
  return Provider.parse({ name, ...nothing, outages: [], updatedAt: null, ...part });
}

export const noProviders = () => (['openai', 'anthropic', 'llama'] as const).map((name) => provider(name));

export const agentList = () =>
  Object.values(agents).map(({ id, name, role }) =>
    Agent.parse({
      id,
      name,
      role,
      instructions: '',
      capabilities: [],
      modelPolicy: { preferred: [], allowed: null, temperature: null, maxOutputTokens: 4096 },
      tools: [],
      limits: { maxConcurrent: 4, maxTurns: 30, maxDepth: 3 },
      revision: 3,
      status: 'idle',
      active: 0,
      archivedAt: null,
      createdAt: at(0),
      updatedAt: at(0),
    }),
  );

export function forecast(part: Partial<Forecast> = {}): Forecast {
  return Forecast.parse({
    usd: { low: 0.12, likely: 0.2, high: 0.4 },
    tokens: { low: 9000, likely: 14_000, high: 31_000 },
    seconds: { low: 60, likely: 130, high: 300 },
    basis: { kind: 'similar', goals: 7, text: 'From 7 goals in like words.' },
    limit: { usd: 5, tokens: 5_000_000 },
    warning: null,
    ...part,
  });
}

export const approvalId = idOf('apr', 1);

/** A step that waits for a person. */
export const askingStep = () =>
  step(6, {
    key: 'send',
    title: 'Send the memo',
    kind: 'approval',
    status: 'waiting',
    reason: 'Send the memo to the board',
    waiting: { for: 'approval', detail: 'Send the memo to the board', since: at(700) },
    approvalId,
    startedAt: at(700),
  });

/** A goal whose analysis failed, with its run. */
export function failedTree(): TaskTree {
  const steps = runningSteps().map((each) =>
    each.key === 'weigh'
      ? step(0, { ...each, status: 'failed', reason: 'No JSON, three times.', endedAt: at(300) })
      : each,
  );
  const error = { code: 'step_failed', message: 'Step “Weigh the risks” failed.' };
  const tree = treeOf({ steps, task: { status: 'failed', waiting: null, error, endedAt: at(300) } });
  return { ...tree, run: tree.run && { ...tree.run, status: 'failed' } };
}

export function file(n: number, part: Partial<FileView> = {}): FileView {
  return FileView.parse({
    id: idOf('fil', n),
    name: 'operations-report-q3-2026.pdf',
    mediaType: 'application/pdf',
    kind: 'pdf',
    size: 10_290,
    sha256: 'a'.repeat(64),
    status: 'ready',
    pages: 4,
    passages: 52,
    progress: 1,
    problem: null,
    createdAt: at(0),
    ...part,
  });
}

const files = [
  { id: idOf('fil', 1), name: 'operations-report-q3-2026.pdf', status: 'ready' },
  { id: idOf('fil', 2), name: 'oakhurst-agreement.docx', status: 'ready' },
  { id: idOf('fil', 3), name: 'incident-log-2026.csv', status: 'ready' },
];

export const goal = 'Write a one-page memo for the board: the three biggest risks, each with its source.';

export function task(part: Partial<Task> = {}): Task {
  const id = part.id ?? taskId;
  const { waiting = null } = part;
  return Task.parse({
    held: waiting?.for === 'children' ? null : waiting,
    id,
    parentId: null,
    rootId: taskId,
    runId: null,
    stepKey: null,
    title: 'Board memo: the three biggest risks',
    goal,
    status: 'waiting',
    waiting: { for: 'children', detail: 'Its steps are at work.', since: at(9) },
    priority: 'medium',
    depth: 0,
    role: 'chief_of_staff',
    agent: agents.chief,
    attempt: 1,
    attempts: [attempt(1, agents.chief, { startedAt: at(1) })],
    files,
    result: null,
    error: null,
    cost: cost(0.07, 2),
    treeCost: cost(0.87, 17),
    budget: null,
    forecast: null,
    guard: null,
    rating: null,
    deadline: null,
    version: 7,
    createdAt: at(0),
    startedAt: at(1),
    endedAt: null,
    waitedMs: 0,
    temporal: { workflowId: `task/${id}`, url: 'http://127.0.0.1:8233/namespaces/default', startedAt: at(1) },
    ...part,
  });
}

export function attempt(
  n: number,
  agent: AgentRef,
  part: Partial<Task['attempts'][number]> = {},
): Task['attempts'][number] {
  return {
    n,
    agent,
    agentRevision: 3,
    why: 'fits best',
    status: 'running',
    error: null,
    cost: cost(0.03, 1),
    startedAt: at(10),
    endedAt: null,
    waitedMs: 0,
    ...part,
  };
}

export function step(n: number, part: Partial<Step> = {}): Step {
  const key = part.key ?? `step${n}`;
  return Step.parse({
    key,
    stepId: part.stepId ?? key.replace(/\[\d+\]$/, ''),
    index: null,
    items: null,
    kind: 'agent',
    title: key,
    dependsOn: [],
    condition: null,
    status: 'pending',
    reason: null,
    waiting: null,
    taskId: null,
    approvalId: null,
    childRunId: null,
    agent: null,
    attempt: 0,
    attempts: [],
    cost: noCost,
    startedAt: null,
    endedAt: null,
    changes: null,
    ...part,
  });
}

const stepTask = (n: number) => idOf('tsk', 100 + n);

function readSteps(): Step[] {
  const read = files.map(({ name }, index) =>
    step(10 + index, {
      key: `read[${index}]`,
      index,
      title: `Read ${name}`,
      status: 'completed',
      taskId: stepTask(10 + index),
      agent: agents.researcher,
      attempt: 1,
      cost: cost(0.06, 2),
      startedAt: at(10),
      endedAt: at(40 + index * 9),
    }),
  );
  return [
    step(1, {
      key: 'read',
      title: 'Read each document',
      kind: 'agent',
      status: 'completed',
      startedAt: at(10),
      endedAt: at(58),
    }),
    ...read,
  ];
}

/** The steps while the analysis is at work: a group that is done, a second attempt, a condition that was false, one that waits. */
export function runningSteps(): Step[] {
  const weigh = step(2, {
    key: 'weigh',
    title: 'Weigh the risks',
    status: 'in_progress',
    taskId: stepTask(2),
    agent: agents.analyst,
    attempt: 2,
    cost: cost(0.27, 5),
    startedAt: at(60),
  });
  return [
    ...readSteps(),
    weigh,
    step(3, {
      key: 'figures',
      title: 'Check the figures',
      condition: 'steps.read.output.size() > 2',
      status: 'waiting',
      reason: 'All three slots of the Reviewer are taken.',
      waiting: { for: 'capacity', detail: 'All three slots of the Reviewer are taken.', since: at(700) },
      taskId: stepTask(3),
      agent: agents.reviewer,
      attempt: 1,
      cost: cost(0.09, 2),
      startedAt: at(640),
    }),
    step(4, {
      key: 'footnote',
      title: 'Add a footnote on insurance',
      condition: 'steps.weigh.output.insured',
      status: 'skipped',
      reason: 'steps.weigh.output.insured is false',
    }),
    step(5, { key: 'draft', title: 'Write the memo', agent: agents.writer }),
  ];
}

export function doneSteps(): Step[] {
  return runningSteps().map((each) =>
    each.status === 'completed' || each.status === 'skipped'
      ? each
      : step(0, {
          ...each,
          status: 'completed',
          reason: null,
          waiting: null,
          attempt: Math.max(1, each.attempt),
          cost: each.cost.calls === 0 ? cost(0.31, 4) : each.cost,
          startedAt: each.startedAt ?? at(720),
          endedAt: at(780),
          taskId: each.taskId ?? stepTask(5),
        }),
  );
}

export const memo = `# Memo to the board

**Three risks stand out** in the third quarter.

1. **The largest customer may leave early.** Late deliveries reached 7.4 % in September; above 6 % in two months in a row Oakhurst may end the agreement with 30 days' notice.
   *Sources: operations report, page 2; agreement, clause 9.2.*
2. **One cold store carries the summer.** Harbour Road had 19 of the 63 incidents, eleven of them the same compressor.
   *Source: incident log, rows 4 to 58.*
3. **The fuel clause ran out.** Since July the surcharge is not passed on.
   *Sources: agreement, schedule 2; operations report, page 3.*

> Late deliveries reached 7.4 % of all drops in September (August: 6.3 %).

## What we ask for

- Decide on the second compressor at Harbour Road.
- Renew the fuel clause before the winter rates.
`;

export interface TreeOptions {
  task?: Partial<Task>;
  steps?: Step[];
  plan?: boolean;
  /** Steps of the run that a step has become, by that run's id. */
  nested?: Record<string, Step[]>;
}

export function treeOf(options: TreeOptions = {}): TaskTree {
  const { task: part = {}, steps = runningSteps(), plan = true, nested = {} } = options;
  const root = task(part);
  const all = [...steps, ...Object.values(nested).flat()];
  const children = all.flatMap((each) => (each.taskId ? [childOf(each)] : []));
  return TaskTree.parse({
    task: root,
    plan: plan
      ? {
          origin: 'template',
          name: 'Read, weigh, write',
          reason: 'The goal asks for a memo over several documents',
        }
      : null,
    run: plan ? runOf(runId, steps, { taskId: root.id }) : null,
    nested: Object.entries(nested).map(([id, own]) => runOf(id, own, { parentRunId: runId })),
    children,
  });
}

function runOf(id: string, steps: Step[], part: Partial<Run>): Run {
  return Run.parse({
    id,
    workflowId: idOf('wfl', 1),
    workflowVersion: 2,
    name: 'Read, weigh, write',
    taskId: null,
    parentRunId: null,
    status: 'running',
    held: null,
    inputs: {},
    output: null,
    error: null,
    steps,
    cost: cost(0.8, 15),
    version: 4,
    createdAt: at(9),
    startedAt: at(9),
    endedAt: null,
    temporal: { workflowId: `run/${id}`, url: null, startedAt: at(9) },
    ...part,
  });
}

/** The same goal when all is done. */
export const completed = () =>
  treeOf({
    steps: doneSteps(),
    task: { status: 'completed', waiting: null, result: { markdown: memo }, endedAt: at(800) },
  });

function childOf(each: Step): TaskTree {
  const agent = each.agent ?? agents.analyst;
  const ended = each.status === 'completed';
  const failed = each.status === 'failed';
  const attempts = [
    attempt(each.attempt, agent, {
      status: ended ? 'completed' : failed ? 'failed' : 'running',
      startedAt: at(each.attempt > 1 ? 58 : 10),
      endedAt: each.endedAt,
    }),
  ];
  if (each.attempt > 1) {
    const error = {
      code: 'model_failed',
      message: 'The provider answered 429 after three passages; they were kept.',
    };
    attempts.unshift(attempt(1, agents.researcher, { status: 'failed', error, endedAt: at(55) }));
  }
  return {
    task: task({
      id: each.taskId ?? '',
      parentId: taskId,
      runId,
      stepKey: each.key,
      title: each.title,
      goal: `${each.title}. Say for each finding where it stands.`,
      status: each.status === 'skipped' ? 'cancelled' : each.status,
      waiting: each.waiting,
      depth: 1,
      role: 'master_operator',
      agent,
      attempt: each.attempt,
      attempts,
      files: [],
      result: ended ? { markdown: `**${each.title}**: done, with 12 quotes.` } : null,
      cost: each.cost,
      treeCost: each.cost,
      startedAt: each.startedAt,
      endedAt: each.endedAt,
    }),
    plan: null,
    run: null,
    nested: [],
    children: [],
  };
}

export function event(n: number, part: Partial<EventEnvelope> = {}): EventEnvelope {
  return EventEnvelope.parse({
    id: idOf('evt', n),
    stream: `task/${taskId}`,
    seq: n,
    cursor: `c${n}`,
    type: 'task.progressed',
    at: at(n),
    actor: 'system',
    data: { note: `Note ${n}` },
    ...part,
  });
}

export const assignment = AssignmentView.parse({
  attempt: 2,
  agentId: agents.analyst.id,
  reason: 'Analysis at level 4, two of three slots free.',
  candidates: [
    { agentId: agents.analyst.id, name: 'Analyst', score: 0.91, fit: 0.95, load: 0.33, success: 0.97 },
    { agentId: agents.reviewer.id, name: 'Reviewer', score: 0.38, fit: 0.4, load: 0.66, success: 0.9 },
  ],
  filteredOut: [{ reason: 'failed this task before', count: 1 }],
});

export const ledger = [
  { n: 1, outcome: 'failed', error: { code: 'model_failed', message: 'Answered 429' } },
  { n: 2, outcome: 'ok', error: null },
].map(({ n, outcome, error }) =>
  LedgerEntryView.parse({
    id: idOf('ldg', n),
    callId: idOf('mdc', 1),
    try: n,
    taskId,
    runId,
    agentId: agents.analyst.id,
    attempt: n,
    provider: 'anthropic',
    model: 'claude-sonnet',
    purpose: 'analyse',
    kind: 'model',
    searches: 0,
    outcome,
    inputTokens: 4100,
    cachedInputTokens: 2500,
    cacheWriteTokens: 0,
    outputTokens: 310,
    reasoningTokens: 0,
    usd: 0.05,
    latencyMs: 4200,
    requestId: 'req_1',
    error,
    startedAt: at(60),
    endedAt: at(64),
  }),
);
