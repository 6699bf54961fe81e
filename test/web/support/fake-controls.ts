import { CreateCredential } from '../../../src/contracts/credential.ts';
import { credential } from './search-fixtures.ts';
import { UpdateWorkspace } from '../../../src/contracts/workspace.ts';
import type { Express, Response } from 'express';
import { ProviderName, SetProvider } from '../../../src/contracts/provider.ts';
import { UpdateToolServer } from '../../../src/contracts/tool-server.ts';
import { EditStep, RetryRun } from '../../../src/contracts/run.ts';
import { RateTask } from '../../../src/contracts/assignment.ts';
import type { Task, TaskTree } from '../../../src/contracts/task.ts';
import { type FakeState, problem } from './fake-state.ts';
import { agentList, at, models, provider, task, treeOf } from './fixtures.ts';

/** Pausing, retrying and keys, as far as the page can tell. */
export function addControls(app: Express, state: FakeState): void {
  taskControls(app, state);
  providerRoutes(app, state);
  searchRoutes(app, state);
  toolRoutes(app, state);
  app.get('/api/v2/agents', (_request, response) => {
    const items = agentList();
    response.json({ items, nextPageToken: null, totalSize: items.length });
  });
}

function taskControls(app: Express, state: FakeState): void {
  const answer = (response: Response, part: Partial<Task>) => {
    state.tree = {
      ...state.tree,
      task: task({ ...state.tree.task, held: part.waiting?.for === 'paused' ? part.waiting : null, ...part }),
    };
    response.status(202).json(state.tree.task);
  };
  const children = { for: 'children' as const, detail: 'Its steps are at work.', since: at(9) };
  app.post('/api/v2/tasks/:id/pause', (_request, response) => {
    const since = new Date().toISOString();
    answer(response, { status: 'waiting', waiting: { for: 'paused', detail: 'Paused by a person', since } });
  });
  app.post('/api/v2/tasks/:id/resume', (_request, response) => {
    answer(response, { status: 'waiting', waiting: children });
  });
  app.post('/api/v2/tasks/:id/retry', (_request, response) => {
    state.tree = treeOf();
    response.status(202).json(state.tree.task);
  });
  app.post('/api/v2/tasks/:id/rating', ({ params: { id }, body }, response) => {
    const { rating, note = null } = RateTask.parse(body);
    const rate = (tree: TaskTree): TaskTree => ({
      ...tree,
      task: tree.task.id === id ? { ...tree.task, rating: { rating, note } } : tree.task,
      children: tree.children.map(rate),
    });
    state.tree = rate(state.tree);
    response.json(state.tree.task);
  });
  app.get('/api/v2/runs/:id', (_request, response) => {
    if (state.tree.run) response.json(state.tree.run);
    else problem(response, { status: 404, code: 'not_found', detail: 'There is no such run.' });
  });
  app.patch('/api/v2/runs/:id/steps/:key', (request, response) => {
    const { with: given } = EditStep.parse(request.body);
    if (JSON.stringify(given)?.includes('nobody@')) {
      const problems = [{ pointer: '/with/arguments/to', code: 'invalid', message: 'Nobody lives there.' }];
      problem(response, { status: 400, code: 'invalid_workflow', detail: 'Not like this.', problems });
      return;
    }
    response.status(202).json(state.tree.run);
  });
  app.post('/api/v2/runs/:id/retry', (request, response) => {
    const wish = RetryRun.parse(request.body);
    if (wish.changes?.goal === 'Impossible') {
      const problems = [{ pointer: '/changes/goal', code: 'invalid', message: 'Nobody can do this.' }];
      problem(response, { status: 400, code: 'invalid_request', detail: 'Not like this.', problems });
      return;
    }
    state.tree = treeOf();
    response.status(202).json(state.tree.run);
  });
}

function providerRoutes(app: Express, state: FakeState): void {
  const replace = (next: ReturnType<typeof provider>) => {
    state.providers = state.providers.map((each) => (each.name === next.name ? next : each));
    const capable = state.providers.some(({ source }) => source !== null);
    state.models = capable ? [models.builtIn, models.capable] : [models.builtIn];
  };
  app.get(
    '/api/v2/providers',
    (_request, response) => void response.json({ items: state.providers, found: state.found }),
  );
  app.put('/api/v2/providers/:name', (request, response) => {
    const name = ProviderName.parse(request.params.name);
    const { apiKey = null, baseUrl = null, model = null, fit = null } = SetProvider.parse(request.body);
    if (apiKey?.includes('wrong')) {
      const message = `${name} did not accept it: 401 invalid x-api-key.`;
      const problems = [{ pointer: '/apiKey', code: 'does_not_work', message }];
      const detail = 'The key was tried and does not work. Nothing was stored.';
      problem(response, { status: 400, code: 'invalid_request', detail, problems });
      return;
    }
    const last4 = apiKey?.slice(-4) ?? null;
    const stored = provider(name, { source: 'stored', last4, baseUrl, model, fit, updatedAt: at(800) });
    replace(stored);
    response.json(stored);
  });
  app.delete('/api/v2/providers/:name', (request, response) => {
    replace(provider(ProviderName.parse(request.params.name)));
    response.status(204).end();
  });
}

function searchRoutes(app: Express, state: FakeState): void {
  app.get('/api/v2/web-search', (_request, response) => void response.json(state.webSearch));
  app.get('/api/v2/credentials', (_request, response) => {
    response.json({ items: state.credentials, nextPageToken: null, totalSize: state.credentials.length });
  });
  app.post('/api/v2/credentials', (request, response) => {
    const stored = credential(CreateCredential.parse(request.body));
    state.credentials = [...state.credentials, stored];
    response.status(201).json(stored);
  });
  app.delete('/api/v2/credentials/:id', (request, response) => {
    state.credentials = state.credentials.filter(({ id }) => id !== request.params.id);
    response.status(204).end();
  });
  app.patch('/api/v2/workspace', (request, response) => {
    const { webSearch: by = 'auto' } = UpdateWorkspace.parse(request.body);
    const order = by === 'auto' || by === null ? ['anthropic', 'brave'] : [by].flat();
    const items = state.webSearch.items.map((each) => {
      const place = order.indexOf(each.name) + 1;
      return { ...each, place: place === 0 ? null : place };
    });
    const sorted = items.toSorted((one, other) => (one.place ?? 9) - (other.place ?? 9));
    state.webSearch = { by: by ?? 'auto', items: sorted };
    response.json({});
  });
}

function toolRoutes(app: Express, state: FakeState): void {
  app.get('/api/v2/tool-servers', (_request, response) => {
    response.json({ items: state.toolServers, nextPageToken: null, totalSize: state.toolServers.length });
  });
  app.patch('/api/v2/tool-servers/:id', (request, response) => {
    const { accept = [], tools = [] } = UpdateToolServer.parse(request.body);
    const decided = new Set([...accept, ...tools].map(({ name }) => name));
    state.toolServers = state.toolServers.map((server) => ({
      ...server,
      tools: server.tools.filter(({ name }) => !decided.has(name)),
    }));
    response.json(state.toolServers[0]);
  });
}
