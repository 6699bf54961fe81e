import type { Express, Request, Response } from 'express';
import { Approve } from '../../../src/contracts/approval.ts';
import { AcceptPlan, RejectPlan } from '../../../src/contracts/plan.ts';
import type { Task } from '../../../src/contracts/task.ts';
import { type FakeState, listed, problem } from './fake-state.ts';
import { approval } from './decision-fixtures.ts';
import { agentList, session, task, treeOf } from './fixtures.ts';

/** What people decide: approvals, plans, guards, budgets. */
export function addDecisions(app: Express, state: FakeState): void {
  readApprovals(app, state);
  const decide = (verb: string, status: 'approved' | 'denied') =>
    app.post(`/api/v2/approvals/:id/${verb}`, (request, response) =>
      decideApproval(state, { request, response, status }),
    );
  decide('approve', 'approved');
  decide('deny', 'denied');
  planRoutes(app, state);
}

function readApprovals(app: Express, state: FakeState): void {
  app.get('/api/v2/approvals', (request, response) => {
    const open = String(request.query.filter).includes('requested');
    const items = [...state.approvals.values()].filter(({ status }) => !open || status === 'requested');
    response.json(listed(items, request.query));
  });
  app.get('/api/v2/approvals/:id', (request, response) => {
    const found = state.approvals.get(request.params.id);
    if (found) response.json(found);
    else problem(response, { status: 404, code: 'not_found', detail: 'There is no such approval.' });
  });
}

interface Deciding {
  request: Request<{ id: string }>;
  response: Response;
  status: 'approved' | 'denied';
}

function decideApproval(state: FakeState, { request, response, status }: Deciding): void {
  const found = state.approvals.get(request.params.id);
  if (found?.status !== 'requested') {
    const detail = `The approval is ${found?.status} already.`;
    return problem(response, { status: 409, code: 'wrong_state', detail });
  }
  const { note = null, arguments: edited = null } = Approve.parse(request.body ?? {});
  const decided = { decidedAt: new Date().toISOString(), decidedBy: session.principal.id };
  const next = approval({ ...found, status, note, editedArguments: edited, ...decided });
  state.approvals.set(next.id, next);
  response.status(202).json(next);
}

function planRoutes(app: Express, state: FakeState): void {
  const answer = (response: Response, part: Partial<Task>) => {
    state.tree = { ...state.tree, task: task({ ...state.tree.task, ...part }) };
    response.status(202).json(state.tree.task);
  };
  app.get('/api/v2/tasks/:id', ({ params: { id } }, response) => {
    const below = state.tree.children.find((child) => child.task.id === id);
    response.json((below ?? state.tree).task);
  });
  app.post('/api/v2/agents', (_request, response) => void response.status(201).json(agentList()[0]));
  app.get('/api/v2/tasks/:id/plan', (_request, response) => {
    if (state.plan) response.json(state.plan);
    else problem(response, { status: 404, code: 'not_found', detail: 'There is no plan.' });
  });
  app.post('/api/v2/tasks/:id/plan/accept', (request, response) => {
    AcceptPlan.parse(request.body);
    state.plan = state.plan && { ...state.plan, status: 'accepted' };
    state.tree = treeOf();
    response.status(202).json(state.tree.task);
  });
  app.post('/api/v2/tasks/:id/plan/reject', (request, response) => {
    RejectPlan.parse(request.body);
    state.plan = state.plan && { ...state.plan, status: 'rejected' };
    answer(response, { status: 'in_progress', waiting: null });
  });
  app.post('/api/v2/tasks/:id/lift-guard', (_request, response) => {
    answer(response, { status: 'in_progress', waiting: null, guard: null });
  });
  app.post('/api/v2/budgets/:id/top-up', (_request, response) => {
    answer(response, { status: 'in_progress', waiting: null });
  });
}
