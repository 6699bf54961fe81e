/** The answer of the latest question of a step `s` that waits, as the step's output; null while there is none. */
export const stepAnswer = `CASE WHEN s.status = 'waiting' AND s.approval_id IS NULL THEN (
  SELECT json_build_object('messageId', a.id, 'text', a.content->>'text', 'data', a.content->'data', 'by', a.from_id, 'at', a.accepted_at)
    FROM messages q LEFT JOIN messages a ON a.id = q.answered_by
   WHERE q.run_id = s.run_id AND q.step_key = s.key AND q.to_kind = 'person' AND q.state <> 'expired' AND a.id IS NOT NULL
     AND q.id = (SELECT max(l.id) FROM messages l WHERE l.run_id = s.run_id AND l.step_key = s.key AND l.to_kind = 'person')) END`;
