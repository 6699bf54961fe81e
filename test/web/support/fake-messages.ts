import type { Express } from 'express';
import { SendMessage, SendToTask } from '../../../src/contracts/message.ts';
import { type FakeState, listed, problem } from './fake-state.ts';
import { message } from './decision-fixtures.ts';

/** Messages as the page uses them: those of a task, open questions, telling and answering. */
export function addMessages(app: Express, state: FakeState): void {
  app.get('/api/v2/messages', ({ query }, response) => {
    const found = state.messages.filter(({ open }) => open);
    response.json(listed(found, query));
  });
  app.get('/api/v2/tasks/:id/messages', ({ params: { id }, query }, response) => {
    const found = state.messages.filter(({ taskId, fromTaskId }) => taskId === id || fromTaskId === id);
    response.json(listed(found, query));
  });
  app.post('/api/v2/tasks/:id/messages', ({ params: { id }, body }, response) => {
    const { content } = SendToTask.parse(body);
    const said = message(50 + state.messages.length, { content, taskId: id, state: 'delivered' });
    state.messages = [...state.messages, said];
    response.status(201).json(said);
  });
  app.post('/api/v2/messages', ({ body }, response) => {
    const { content, replyTo = null } = SendMessage.parse(body);
    const asked = state.messages.find(({ id }) => id === replyTo);
    if (!asked?.open)
      return problem(response, { status: 409, code: 'undeliverable', detail: 'It was answered already.' });
    const said = message(50 + state.messages.length, { content, replyTo, type: 'reply', state: 'delivered' });
    const closed = { ...asked, open: false, answeredBy: said.id };
    state.messages = [...state.messages.map((each) => (each === asked ? closed : each)), said];
    response.status(201).json(said);
  });
  app.post('/api/v2/messages/:id/withdraw', ({ params: { id } }, response) => {
    const taken = { state: 'withdrawn', reason: 'Withdrawn by a person.' } as const;
    state.messages = state.messages.map((each) => (each.id === id ? { ...each, ...taken } : each));
    response.json(state.messages.find((each) => each.id === id));
  });
}
