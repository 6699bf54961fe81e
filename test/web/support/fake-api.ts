import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import multer from 'multer';
import { Server as SocketServer } from 'socket.io';
import { SignIn } from '../../../src/contracts/principal.ts';
import type { EventEnvelope } from '../../../src/contracts/event.ts';
import type { Tokens } from '../../../src/contracts/live.ts';
import { CreateTask } from '../../../src/contracts/task.ts';
import { addChats } from './fake-chats.ts';
import { addControls } from './fake-controls.ts';
import { addDecisions } from './fake-decisions.ts';
import { addMessages } from './fake-messages.ts';
import { type FakeState, listed, problem } from './fake-state.ts';
import { modelCall } from './decision-fixtures.ts';
import {
  allWell,
  assignment,
  event,
  file,
  forecast,
  ledger,
  models,
  noProviders,
  session,
  task,
  taskId,
  treeOf,
} from './fixtures.ts';
import { idOf } from './ids.ts';
import { someSearch } from './search-fixtures.ts';

/** A small API for the page's tests: what it answers is set by the test, in the shapes of the contracts. */
export interface FakeApi {
  url: string;
  state: FakeState;
  /** Everything that was posted, put or deleted: path, body, headers that matter. */
  posted: { path: string; body: unknown; csrf: string | undefined; key: string | undefined }[];
  /** Sends an event to whoever follows it, and to the tree's and the workspace's relay. */
  emit(part?: Partial<EventEnvelope>): void;
  tokens(piece: Tokens): void;
  /** Cuts all sockets and refuses new ones, as a server that is restarted. */
  goOffline(): void;
  comeBack(): void;
  close(): Promise<void>;
}

export async function startFakeApi(webDir: string): Promise<FakeApi> {
  const state: FakeState = {
    signedIn: true,
    goals: [],
    forecast: forecast(),
    tree: treeOf(),
    models: [models.builtIn],
    providers: noProviders(),
    found: [],
    webSearch: someSearch(),
    credentials: [],
    toolServers: [],
    approvals: new Map(),
    messages: [],
    chat: null,
    said: [],
    plan: null,
    operations: allWell(),
    role: 'owner',
    files: new Map(),
    openedCall: {},
    refuseUpload: null,
  };
  const posted: FakeApi['posted'] = [];
  const app = express();
  app.use(express.json());
  app.use((request, _response, next) => {
    if (request.method !== 'GET') {
      const { path, body } = request;
      posted.push({ path, body, csrf: request.get('x-csrf-token'), key: request.get('idempotency-key') });
    }
    next();
  });
  routes(app, state);
  app.use(express.static(webDir));
  app.get('/{*page}', (_request, response) => response.sendFile('index.html', { root: webDir }));
  const server = createServer(app);
  let offline = false;
  const io = new SocketServer(server, {
    transports: ['websocket'],
    allowRequest: (_request, answer) => answer(null, !offline),
  });
  let seq = 0;
  io.on('connection', (socket) => {
    socket.on('subscribe', ({ stream }: { stream: string }, ack: (answer: unknown) => void) => {
      void socket.join(stream);
      const position = /^(tree|workspace)/.test(stream) ? `c${seq}` : seq;
      ack({ ok: true, head: position });
      socket.emit('caught-up', { stream, seq: position });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rooms = (stream: string) => io.to(stream).to(`tree/${taskId}`).to('workspace');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    posted,
    emit: (part = {}) => {
      seq += 1;
      const sent = event(seq, part);
      rooms(sent.stream).emit('event', sent);
    },
    tokens: (piece) => rooms(piece.stream).emit('tokens', piece),
    goOffline: () => {
      offline = true;
      io.disconnectSockets(true);
    },
    comeBack: () => {
      offline = false;
    },
    close: () => closeAll(io, server),
  };
}

async function closeAll(io: SocketServer, server: Server): Promise<void> {
  server.closeAllConnections();
  await io.close();
}

function routes(app: Express, state: FakeState): void {
  const notThere = { status: 404, code: 'not_found', detail: 'There is no such thing here.' };
  const page = <Item>(items: Item[]) => ({ items, nextPageToken: null, totalSize: items.length });
  app.post('/api/v2/session', (request, response) => {
    if (SignIn.parse(request.body).token === 'good') {
      state.signedIn = true;
      response.status(201).json(session);
    } else {
      const detail = 'This sign-in link was used already or has expired. Ask for a new one.';
      problem(response, { status: 401, code: 'link_expired', detail });
    }
  });
  app.use('/api/v2', (_request, response, next) => {
    if (state.signedIn) next();
    else problem(response, { status: 401, code: 'unauthenticated', detail: 'Sign in.' });
  });
  app.get('/status', (_request, response) => void response.json(state.operations));
  app.get('/api/v2/session', (_request, response) => void response.json({ ...session, role: state.role }));
  app.get('/api/v2/models', (_request, response) => void response.json({ items: state.models }));
  app.get('/api/v2/tasks', (request, response) => {
    const waiting = String(request.query.filter).includes('waiting');
    const found = waiting ? state.goals.filter(({ status }) => status === 'waiting') : state.goals;
    // The newest stand first.
    response.json(listed(found, { ...request.query, orderBy: undefined }));
  });
  app.post('/api/v2/tasks', (request, response) => {
    const { goal } = CreateTask.parse(request.body);
    state.tree = treeOf({
      task: { goal, title: goal.slice(0, 60), status: 'in_progress', waiting: null },
      plan: false,
    });
    state.goals = [state.tree.task, ...state.goals];
    response.status(201).json(state.tree.task);
  });
  app.post('/api/v2/tasks/forecast', (request, response) => {
    const { budget } = CreateTask.parse(request.body);
    const limit = { ...state.forecast.limit, ...(budget?.usd === undefined ? {} : { usd: budget.usd }) };
    response.json({ ...state.forecast, limit });
  });
  app.get('/api/v2/tasks/:id/tree', (request, response) => {
    if (request.params.id === state.tree.task.id) response.json(state.tree);
    else problem(response, notThere);
  });
  app.get(
    '/api/v2/tasks/:id/assignment',
    (_request, response) => void response.json({ items: [assignment] }),
  );
  app.get('/api/v2/tasks/:id/ledger', ({ query }, response) => void response.json(listed(ledger, query)));
  app.get('/api/v2/model-calls/:id', (_request, response) => void response.json(modelCall(state.openedCall)));
  app.get('/api/v2/tasks/:id/events', (_request, response) => {
    response.json(page([event(1, { type: 'task.created', data: { title: 'A task' } }), event(2)]));
  });
  app.post('/api/v2/tasks/:id/cancel', (_request, response) => {
    const ended = { status: 'cancelled' as const, waiting: null, endedAt: new Date().toISOString() };
    state.tree = { ...state.tree, task: task({ ...state.tree.task, ...ended }) };
    response.status(202).json(state.tree.task);
  });
  addControls(app, state);
  addDecisions(app, state);
  addMessages(app, state);
  addChats(app, state);
  fileRoutes(app, state);
}

function fileRoutes(app: Express, state: FakeState): void {
  app.post(
    '/api/v2/files',
    multer({ storage: multer.memoryStorage() }).array('files'),
    (request, response) => {
      if (state.refuseUpload) {
        problem(response, state.refuseUpload);
        return;
      }
      const items = ((request.files ?? []) as Express.Multer.File[]).map(({ originalname: name, size }) => {
        const view = file(100 + state.files.size, { name, size, status: 'processing', progress: 0.5 });
        state.files.set(view.id, view);
        return view;
      });
      response.status(201).json({ items });
    },
  );
  app.get('/api/v2/files/:id', (request, response) => {
    const view = state.files.get(request.params.id ?? idOf('fil', 0));
    if (view) response.json(view);
    else problem(response, { status: 404, code: 'not_found', detail: 'There is no such file.' });
  });
}
