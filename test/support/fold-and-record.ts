import { foldStatuses, nothingFolded, type Statuses } from '../../client/index.ts';
import type { EventEnvelope } from '../../src/contracts/event.ts';

type Row = Record<string, unknown>;
/** Any way to ask the database; column names come in one word, so that it does not matter how they are spelt. */
export type Ask = (text: string) => Promise<Row[]>;

/** What the events say that the record does not, and the other way round. */
export interface Difference extends Row {
  what: string;
  folded: string;
  recorded: string;
}

/** Every event of every stream, in order. */
export async function foldAll(ask: Ask): Promise<Statuses> {
  const events = await ask('SELECT stream, type, data FROM events ORDER BY stream, seq');
  return (events as unknown as EventEnvelope[]).reduce(foldStatuses, nothingFolded);
}

/** Each with what it is called, and its status as one word or two. */
const recorded = `
  SELECT 'task ' || id AS what, concat_ws(' ', status, CASE WHEN status = 'waiting' THEN waiting_for END) AS said FROM tasks
  UNION ALL SELECT 'run ' || id, status FROM runs
  UNION ALL SELECT 'step ' || run_id || ' ' || key, status FROM steps WHERE status <> 'pending'
  UNION ALL SELECT 'agent ' || id, CASE WHEN archived_at IS NOT NULL OR paused_at IS NOT NULL THEN 'offline' WHEN failing_since IS NOT NULL THEN 'error'
    WHEN active >= max_concurrent THEN 'busy' WHEN active > 0 THEN 'active' ELSE 'idle' END FROM agents
  UNION ALL SELECT 'approval ' || id, concat_ws(' ', status, CASE WHEN spent_at IS NOT NULL THEN 'spent' END) FROM approvals
  UNION ALL SELECT 'message ' || id, state FROM messages`;

export async function foldAgainstRecord(ask: Ask, folded?: Statuses): Promise<Difference[]> {
  const said = wordsOf(folded ?? (await foldAll(ask)));
  const kept = new Map((await ask(recorded)).map(({ what, said }) => [String(what), String(said)]));
  const absent = (what: string) => (/^(run|step) /.test(what) ? 'pending' : 'nothing');
  return [...new Set([...said.keys(), ...kept.keys()])].flatMap((what) => {
    const [one, other] = [said.get(what) ?? absent(what), kept.get(what) ?? absent(what)];
    return one === other ? [] : [{ what, folded: one, recorded: other }];
  });
}

function wordsOf({ tasks, runs, agents, approvals, messages }: Statuses): Map<string, string> {
  return new Map([
    ...Object.entries(tasks).map(([id, { status, waitingFor }]): [string, string] => [
      `task ${id}`,
      waitingFor ? `${status} ${waitingFor}` : status,
    ]),
    ...Object.entries(runs).flatMap(([id, { status, steps }]): [string, string][] => [
      [`run ${id}`, status],
      ...Object.entries(steps).map(([key, step]): [string, string] => [`step ${id} ${key}`, step]),
    ]),
    ...Object.entries(agents).map(([id, status]): [string, string] => [`agent ${id}`, status]),
    ...Object.entries(approvals).map(([id, { status, spent }]): [string, string] => [
      `approval ${id}`,
      spent ? `${status} spent` : status,
    ]),
    ...Object.entries(messages).map(([id, state]): [string, string] => [`message ${id}`, state]),
  ]);
}
