import type { Request, Response } from 'express';
import type { Approval } from '../../../src/contracts/approval.ts';
import type { Credential } from '../../../src/contracts/credential.ts';
import type { Conversation } from '../../../src/contracts/conversation.ts';
import type { Forecast } from '../../../src/contracts/forecast.ts';
import type { FileView } from '../../../src/contracts/file.ts';
import type { Message } from '../../../src/contracts/message.ts';
import type { ModelView } from '../../../src/contracts/model.ts';
import type { OperationsStatus } from '../../../src/contracts/operations.ts';
import type { Page } from '../../../src/contracts/page.ts';
import type { PlanView } from '../../../src/contracts/plan.ts';
import type { FoundServer, Provider } from '../../../src/contracts/provider.ts';
import type { ModelCallView } from '../../../src/contracts/task-views.ts';
import type { ToolServer } from '../../../src/contracts/tool-server.ts';
import type { Task, TaskTree } from '../../../src/contracts/task.ts';
import type { WebSearch } from '../../../src/contracts/web-search.ts';

/** What the fake API answers with; a test sets it as it likes. */
export interface FakeState {
  signedIn: boolean;
  goals: Task[];
  forecast: Forecast;
  tree: TaskTree;
  models: ModelView[];
  providers: Provider[];
  found: FoundServer[];
  webSearch: WebSearch;
  credentials: Credential[];
  approvals: Map<string, Approval>;
  messages: Message[];
  chat: Conversation | null;
  /** In the chat. */
  said: Message[];
  plan: PlanView | null;
  toolServers: ToolServer[];
  operations: OperationsStatus;
  role: 'owner' | 'operator' | 'viewer';
  files: Map<string, FileView>;
  /** What the call that is opened is, besides what calls are. */
  openedCall: Partial<ModelCallView>;
  /** What the next upload is answered with instead of success. */
  refuseUpload: { status: number; code: string; detail: string } | null;
}

/** Items stand in the order in which they were made; a list may want the newest first, and not more than so many. */
export function listed<Item>(items: readonly Item[], query: Request['query']): Page<Item> {
  const sorted = String(query.orderBy).endsWith(' desc') ? items.toReversed() : items;
  const size = Number(query.pageSize ?? items.length);
  return {
    items: sorted.slice(0, size),
    nextPageToken: items.length > size ? 'more' : null,
    totalSize: items.length,
  };
}

export interface FakeProblem {
  status: number;
  code: string;
  detail: string;
  problems?: { pointer: string; code: string; message: string }[];
}

export function problem(response: Response, { status, code, detail, problems = [] }: FakeProblem): void {
  const body = { type: 'about:blank', title: code, status, code, detail, instance: 'req_test', problems };
  response.status(status).type('application/problem+json').send(JSON.stringify(body));
}
