import type { Agent, AgentSpec } from '../src/contracts/agent.ts';
import type { Approval } from '../src/contracts/approval.ts';
import type { AssignmentView, RateTask } from '../src/contracts/assignment.ts';
import type { Budget } from '../src/contracts/budget.ts';
import type { Conversation, CreateConversation } from '../src/contracts/conversation.ts';
import type { CreateCredential, Credential, UpdateCredential } from '../src/contracts/credential.ts';
import type { EventEnvelope } from '../src/contracts/event.ts';
import type { FileView } from '../src/contracts/file.ts';
import type { Message, SendMessage, SendToTask } from '../src/contracts/message.ts';
import type { ModelView } from '../src/contracts/model.ts';
import type { OperationsStatus } from '../src/contracts/operations.ts';
import type { Page, PageQuery } from '../src/contracts/page.ts';
import type { AcceptPlan, PlanView, RejectPlan } from '../src/contracts/plan.ts';
import type { Session } from '../src/contracts/principal.ts';
import type { FoundServer, Provider, ProviderName, SetProvider } from '../src/contracts/provider.ts';
import type { EditStep, RetryRun, Run } from '../src/contracts/run.ts';
import type { LedgerEntryView, ModelCallView } from '../src/contracts/task-views.ts';
import type { Forecast } from '../src/contracts/forecast.ts';
import type { CreateTask, Task, TaskTree } from '../src/contracts/task.ts';
import type { ToolServer, UpdateToolServer } from '../src/contracts/tool-server.ts';
import type { WebSearch, WebSearchBy } from '../src/contracts/web-search.ts';
import { type Request, type RequestOptions, createRequest } from './request.ts';

type ListQuery = Partial<PageQuery>;
/** What a task is made of; everything but the goal may be left out. */
export type NewTask = Pick<CreateTask, 'goal'> & Partial<CreateTask>;

type NewMessage<Whole extends { content: unknown }> = Pick<Whole, 'content'> & Partial<Whole>;

/** The REST API in types. Paths and shapes are those of `/api/v2/openapi.json`. */
export interface ApiClient {
  request: Request;
  session: {
    /** Signs the browser in with the token of a one-time link. */
    open(token: string): Promise<Session>;
    read(): Promise<Session>;
    close(): Promise<void>;
  };
  tasks: {
    list(query?: ListQuery): Promise<Page<Task>>;
    create(task: NewTask, idempotencyKey?: string): Promise<Task>;
    /** What it is going to cost, before it is given. */
    forecast(task: NewTask): Promise<Forecast>;
    read(id: string): Promise<Task>;
    tree(id: string): Promise<TaskTree>;
    events(id: string, query?: { pageSize?: number; after?: number }): Promise<Page<EventEnvelope>>;
    ledger(id: string, query?: ListQuery): Promise<Page<LedgerEntryView>>;
    assignment(id: string): Promise<{ items: AssignmentView[] }>;
    /** What it was told and what its agent wrote. */
    messages(id: string, query?: ListQuery): Promise<Page<Message>>;
    /** Steers it while it works. */
    tell(id: string, message: NewMessage<SendToTask>): Promise<Message>;
    plan(id: string): Promise<PlanView>;
    /** As it is, or as edited. */
    /** `n`: the plan that was seen; where another one waits by now, it is refused. */
    acceptPlan(id: string, accept: AcceptPlan): Promise<Task>;
    rejectPlan(id: string, reject: RejectPlan): Promise<Task>;
    liftGuard(id: string): Promise<Task>;
    cancel(id: string, reason?: string): Promise<Task>;
    /** Nothing new begins; steps at work finish. */
    pause(id: string): Promise<Task>;
    resume(id: string): Promise<Task>;
    /** Tries a failed or cancelled task again; finished work is reused. */
    retry(id: string): Promise<Task>;
    /** Of a completed one, 1..5; 1 and 2 count as a failure of its agent. */
    rate(id: string, rating: RateTask): Promise<Task>;
  };
  messages: {
    list(query?: ListQuery): Promise<Page<Message>>;
    /** To an agent or a task, or the answer to what was asked. */
    send(message: NewMessage<SendMessage>): Promise<Message>;
    /** A person's, until it is read or answered; the work on a request stops. */
    withdraw(id: string, reason?: string): Promise<Message>;
  };
  runs: {
    read(id: string): Promise<Run>;
    cancel(id: string, reason?: string): Promise<Run>;
    retry(id: string, retry?: RetryRun): Promise<Run>;
    /** What a step is given, before its work begins; by its id, or the key of one item: `read[2]`. */
    editStep(id: string, step: string, changes: EditStep): Promise<Run>;
  };
  approvals: {
    list(query?: ListQuery): Promise<Page<Approval>>;
    read(id: string): Promise<Approval>;
    /** `edited`: of a tool call, to be run with these arguments instead. */
    approve(id: string, note?: string, edited?: Record<string, unknown>): Promise<Approval>;
    deny(id: string, note?: string): Promise<Approval>;
    /** What became of a tool call of which it is not known. */
    sayHappened(id: string, happened: boolean, note?: string): Promise<Approval>;
  };
  agents: {
    list(query?: ListQuery): Promise<Page<Agent>>;
    read(id: string): Promise<Agent>;
    create(spec: AgentSpec): Promise<Agent>;
    /** It gets no new work; what it has in hand it finishes. */
    pause(id: string): Promise<Agent>;
    resume(id: string): Promise<Agent>;
  };
  /** Chats with agents. Replies are streamed as the text of `conversation/{id}`. */
  conversations: {
    list(query?: ListQuery): Promise<Page<Conversation>>;
    create(conversation: CreateConversation): Promise<Conversation>;
    read(id: string): Promise<Conversation>;
    messages(id: string, query?: ListQuery): Promise<Page<Message>>;
    say(id: string, text: string): Promise<Message>;
    /** Aborts the reply that is being written. */
    stop(id: string): Promise<Conversation>;
    /** Writes the last reply anew; the earlier one stays readable. */
    regenerate(id: string, messageId: string): Promise<Message>;
    rename(id: string, title: string): Promise<Conversation>;
    /** Another one that goes on after this message. */
    branch(id: string, messageId: string): Promise<Conversation>;
    /** It can be read, nothing more is said in it. */
    archive(id: string): Promise<Conversation>;
  };
  files: {
    upload(files: { name: string; blob: Blob }[]): Promise<{ items: FileView[] }>;
    read(id: string): Promise<FileView>;
  };
  budgets: {
    /** What waits for room in it goes on. */
    topUp(id: string, usd: number): Promise<Budget>;
  };
  /** What was sent and what came back, word for word. */
  modelCalls: { read(id: string): Promise<ModelCallView> };
  models: { list(): Promise<{ items: ModelView[] }> };
  providers: {
    /** `found`: model servers on the machine that are not in use. */
    list(): Promise<{ items: Provider[]; found: FoundServer[] }>;
    /** The key is tried at once; one that does not work is refused with the place of the fault. */
    set(name: ProviderName, settings: SetProvider): Promise<Provider>;
    remove(name: ProviderName): Promise<void>;
  };
  /** Named secrets of tools. */
  credentials: {
    list(query?: ListQuery): Promise<Page<Credential>>;
    create(credential: CreateCredential): Promise<Credential>;
    update(id: string, changes: UpdateCredential): Promise<Credential>;
    remove(id: string): Promise<void>;
  };
  webSearch: {
    /** Who searches the web, in the order in which they are asked. */
    read(): Promise<WebSearch>;
    setOrder(by: WebSearchBy): Promise<void>;
  };
  /** How the installation stands. */
  operations: { status(): Promise<OperationsStatus> };
  toolServers: {
    list(query?: ListQuery): Promise<Page<ToolServer>>;
    /** Accepts tools by the hash of what was looked at, switches them on and off. */
    update(id: string, wish: UpdateToolServer): Promise<ToolServer>;
  };
}

export function createApiClient(options: RequestOptions = {}): ApiClient {
  const request = createRequest(options);
  const post = <Reply>(path: string, body: unknown, idempotencyKey?: string) =>
    request<Reply>(path, {
      method: 'POST',
      body,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
  const line = { request, post };
  return {
    request,
    session: {
      open: (token) => post('/session', { token }),
      read: () => request('/session'),
      close: () => request('/session', { method: 'DELETE' }),
    },
    ...workOn(line),
    ...decisionsOn(line),
    ...agentsOn(line),
    files: {
      upload: (files) => {
        const form = new FormData();
        for (const { name, blob } of files) form.append('files', blob, name);
        return request('/files', { method: 'POST', form });
      },
      read: (id) => request(`/files/${id}`),
    },
    modelCalls: { read: (id) => request(`/model-calls/${id}`) },
    models: { list: () => request('/models') },
    providers: {
      list: () => request('/providers'),
      set: (name, settings) => request(`/providers/${name}`, { method: 'PUT', body: settings }),
      remove: (name) => request(`/providers/${name}`, { method: 'DELETE' }),
    },
    credentials: {
      list: (query = {}) => request('/credentials', { query }),
      create: (credential) => post('/credentials', credential),
      update: (id, changes) => request(`/credentials/${id}`, { method: 'PATCH', body: changes }),
      remove: (id) => request(`/credentials/${id}`, { method: 'DELETE' }),
    },
    webSearch: {
      read: () => request('/web-search'),
      setOrder: (webSearch) => request('/workspace', { method: 'PATCH', body: { webSearch } }),
    },
    operations: { status: () => request('/status', { beside: true }) },
    toolServers: {
      list: (query = {}) => request('/tool-servers', { query }),
      update: (id, wish) => request(`/tool-servers/${id}`, { method: 'PATCH', body: wish }),
    },
  };
}

interface Line {
  request: Request;
  post<Reply>(path: string, body: unknown, idempotencyKey?: string): Promise<Reply>;
}

function workOn({ request, post }: Line): Pick<ApiClient, 'tasks' | 'runs'> {
  return {
    tasks: {
      list: (query = {}) => request('/tasks', { query }),
      create: (task, idempotencyKey) => post('/tasks', task, idempotencyKey),
      forecast: (task) => post('/tasks/forecast', task),
      read: (id) => request(`/tasks/${id}`),
      tree: (id) => request(`/tasks/${id}/tree`),
      events: (id, query = {}) => request(`/tasks/${id}/events`, { query }),
      ledger: (id, query = {}) => request(`/tasks/${id}/ledger`, { query }),
      assignment: (id) => request(`/tasks/${id}/assignment`),
      messages: (id, query = {}) => request(`/tasks/${id}/messages`, { query }),
      tell: (id, message) => post(`/tasks/${id}/messages`, message),
      plan: (id) => request(`/tasks/${id}/plan`),
      acceptPlan: (id, accept) => post(`/tasks/${id}/plan/accept`, accept),
      rejectPlan: (id, reject) => post(`/tasks/${id}/plan/reject`, reject),
      liftGuard: (id) => post(`/tasks/${id}/lift-guard`, {}),
      cancel: (id, reason) => post(`/tasks/${id}/cancel`, given('reason', reason)),
      pause: (id) => post(`/tasks/${id}/pause`, {}),
      resume: (id) => post(`/tasks/${id}/resume`, {}),
      retry: (id) => post(`/tasks/${id}/retry`, {}),
      rate: (id, { rating, note }) => post(`/tasks/${id}/rating`, { rating, ...(note ? { note } : {}) }),
    },
    runs: {
      read: (id) => request(`/runs/${id}`),
      cancel: (id, reason) => post(`/runs/${id}/cancel`, given('reason', reason)),
      retry: (id, retry = {}) => post(`/runs/${id}/retry`, retry),
      editStep: (id, step, changes) =>
        request(`/runs/${id}/steps/${encodeURIComponent(step)}`, { method: 'PATCH', body: changes }),
    },
  };
}

function agentsOn({ request, post }: Line): Pick<ApiClient, 'agents' | 'conversations'> {
  return {
    agents: {
      list: (query = {}) => request('/agents', { query }),
      create: (spec) => post('/agents', spec),
      read: (id) => request(`/agents/${id}`),
      pause: (id) => post(`/agents/${id}/pause`, {}),
      resume: (id) => post(`/agents/${id}/resume`, {}),
    },
    conversations: {
      list: (query = {}) => request('/conversations', { query }),
      create: (conversation) => post('/conversations', conversation),
      read: (id) => request(`/conversations/${id}`),
      messages: (id, query = {}) => request(`/conversations/${id}/messages`, { query }),
      say: (id, text) => post(`/conversations/${id}/messages`, { content: { text } }),
      stop: (id) => post(`/conversations/${id}/stop`, {}),
      regenerate: (id, messageId) => post(`/conversations/${id}/messages/${messageId}/regenerate`, {}),
      rename: (id, title) => request(`/conversations/${id}`, { method: 'PATCH', body: { title } }),
      branch: (id, messageId) => post(`/conversations/${id}/messages/${messageId}/branch`, {}),
      archive: (id) => request(`/conversations/${id}`, { method: 'DELETE' }),
    },
  };
}

function decisionsOn({ request, post }: Line): Pick<ApiClient, 'approvals' | 'messages' | 'budgets'> {
  return {
    approvals: {
      list: (query = {}) => request('/approvals', { query }),
      read: (id) => request(`/approvals/${id}`),
      approve: (id, note, edited) =>
        post(`/approvals/${id}/approve`, {
          ...given('note', note),
          ...(edited ? { arguments: edited } : {}),
        }),
      deny: (id, note) => post(`/approvals/${id}/deny`, given('note', note)),
      sayHappened: (id, happened, note) =>
        post(`/approvals/${id}/say-happened`, note === undefined ? { happened } : { happened, note }),
    },
    messages: {
      list: (query = {}) => request('/messages', { query }),
      send: (message) => post('/messages', message),
      withdraw: (id, reason) => post(`/messages/${id}/withdraw`, given('reason', reason)),
    },
    budgets: { topUp: (id, usd) => post(`/budgets/${id}/top-up`, { usd }) },
  };
}

function given(name: string, text: string | undefined): Record<string, string> {
  return text === undefined ? {} : { [name]: text };
}
