/** Those that a decision may have to do something about. As JSON inside the statement that loads what a decision looks at; `$1` is the task, `$2` its attempt. */
export const taskMessages = `
  SELECT json_agg(json_build_object('id', m.id, 'state', m.state, 'shown', m.shown_attempt IS NOT DISTINCT FROM $2::int,
           'opens', m.to_kind = 'agent' AND m.type IN ('request', 'task_delegation'),
           'wants', m.from_kind = 'person' AND m.answered_by IS NULL) ORDER BY m.recipient, m.place)
    FROM messages m WHERE m.task_id = $1 AND m.state <> 'expired' 
      AND (m.state <> 'acknowledged' OR m.shown_attempt IS DISTINCT FROM $2::int
        OR m.answered_by IS NULL AND m.type IN ('request', 'task_delegation'))`;
