import { closedStates } from './closed-states.ts';

/** Those that a decision may have to do something about. As JSON inside the statement that loads what a decision looks at. */
export const taskMessages = (task: string, attempt: string) => `
  SELECT json_agg(json_build_object('id', m.id, 'state', m.state, 'shown', m.shown_attempt IS NOT DISTINCT FROM ${attempt},
           'opens', m.to_kind = 'agent' AND m.type IN ('request', 'task_delegation'),
           'wants', m.from_kind = 'person' AND m.answered_by IS NULL,
           'asks', m.from_kind = 'agent' AND m.type IN ('request', 'task_delegation') AND m.answered_by IS NULL) ORDER BY m.recipient, m.place)
    FROM messages m WHERE m.task_id = ${task} AND m.state NOT IN ${closedStates}
      AND (m.state <> 'acknowledged' OR m.shown_attempt IS DISTINCT FROM ${attempt}
        OR m.answered_by IS NULL AND m.type IN ('request', 'task_delegation'))`;
