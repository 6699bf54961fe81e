/**
 * SQL: the card `c` (a row of `agent_capabilities`) is that of an agent who has all that `need`, a CapacityNeed as jsonb, asks for.
 * Whether it is on duty and has room is asked beside it. What has begun with an agent is finished by it, paused or archived or not.
 */
export function hasAll(need: string): string {
  return `c.role = ${need}->>'role' AND (c.duty <> 'archived' OR ${need}->'resume' = 'true')
         AND c.name = coalesce(${need}->'needs'->0->>'name', '') AND c.level >= coalesce((${need}->'needs'->0->>'level')::int, 0)
         AND coalesce(c.agent_id = ${need}->>'agentId', true) AND NOT ${need}->'excluded' ? c.agent_id
         AND to_jsonb(c.tools) @> (${need}->'tools')
         AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset(${need}->'needs') AS n (name text, level int)
               WHERE NOT EXISTS (SELECT 1 FROM agent_capabilities o WHERE o.agent_id = c.agent_id AND o.name = n.name AND o.level >= n.level))`;
}

/** SQL: the card `c`, which has all that `need` asks for, has room for it. */
export function hasRoom(need: string, now = 'clock_timestamp()'): string {
  return `c.active < c.max_concurrent AND (${need}->'resume' = 'true' OR c.duty = 'on')
         AND (${need}->>'agentId' IS NOT NULL OR (c.probe_at > ${now}) IS NOT TRUE)`;
}

/** SQL: the task `t` waits for an agent, and nobody on duty is able, busy or not: only a person can change that. */
export const nobodyIsAble = `(t.status = 'waiting' AND t.waiting_for = 'capacity' AND t.waiting_need IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM agent_capabilities c WHERE c.workspace_id = t.workspace_id AND (c.duty = 'on' OR t.waiting_need->'resume' = 'true') AND ${hasAll('t.waiting_need')}))`;
