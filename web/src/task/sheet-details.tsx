import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { AssignmentView } from '../../../src/contracts/assignment.ts';
import type { EventEnvelope } from '../../../src/contracts/event.ts';
import type { Page } from '../../../src/contracts/page.ts';
import type { LedgerEntryView } from '../../../src/contracts/task-views.ts';
import { CallDialog } from '../call/call-dialog.tsx';
import { AgentTile } from '../icons/agent-tile.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { api } from '../shell/api.ts';
import { PartFailed } from '../shell/load-failed.tsx';
import { absolute, age, count, duration, missing, money, plural } from '../words/format.ts';
import { aboutEvent, nameOfEvent } from './event-words.ts';

/** What is read when a step is looked at. It is read again when something happens in the tree. */
function useDetails<Found extends { items: unknown[] }>(
  kind: string,
  taskId: string,
  read: () => Promise<Found>,
) {
  return useQuery({ queryKey: ['step', kind, taskId], queryFn: read, staleTime: 1000 });
}

interface DetailsProps<Item> {
  title: string;
  found: UseQueryResult<{ items: Item[] }>;
  empty: string;
  /** Beside the title; how many there are, unless said. */
  about?: (items: Item[]) => ReactNode;
  children: (items: Item[]) => ReactNode;
}

function Details<Item>({ title, found, empty, about, children }: DetailsProps<Item>) {
  const { data, error } = found;
  return (
    <section className="sec">
      <h3>
        {title}
        {data && data.items.length > 0 && (
          <span className="t3 tn">{about ? about(data.items) : data.items.length}</span>
        )}
      </h3>
      <PartFailed what="this" found={found} />
      {!data && !error && <span className="sk late" style={{ width: '60%' }} aria-hidden="true" />}
      {data && (data.items.length === 0 ? <p className="ts t3">{empty}</p> : children(data.items))}
    </section>
  );
}

export function WhyThisAgent({ taskId, agentName }: { taskId: string; agentName: string }) {
  const found = useDetails('assignment', taskId, () => api.tasks.assignment(taskId));
  return (
    <Details
      title={`Why ${agentName}`}
      found={found}
      empty="Nobody was chosen yet."
      about={([newest]) => newest && newest.attempt > 1 && `attempt ${newest.attempt}`}
    >
      {([newest]) => newest && <Candidates record={newest} />}
    </Details>
  );
}

function Candidates({ record }: { record: AssignmentView }) {
  return (
    <>
      <p className="ts t2 mb-2">{record.reason}</p>
      <table className="why ts">
        <caption className="vh">Candidates for attempt {record.attempt}</caption>
        <thead>
          <tr>
            <th scope="col">Candidate</th>
            <th scope="col">Fit</th>
            <th scope="col">Load</th>
            <th scope="col">Success</th>
            <th scope="col">Score</th>
          </tr>
        </thead>
        <tbody>
          {record.candidates.map((candidate) => (
            <tr key={candidate.agentId}>
              <th scope="row" className={candidate.agentId === record.agentId ? 'fm' : ''}>
                <AgentTile agent={{ name: candidate.name, role: 'master_operator' }} small />
                <span className="ell">{candidate.name}</span>
              </th>
              <td>{candidate.fit.toFixed(2)}</td>
              <td>{candidate.load.toFixed(2)}</td>
              <td>{candidate.success.toFixed(2)}</td>
              <td>{candidate.score.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {record.filteredOut.map(({ reason, count: left }) => (
        <p key={reason} className="ts t3 mt-1">
          {plural(left, 'agent')} left out: {reason}
        </p>
      ))}
    </>
  );
}

/** As many as one page of a list holds. */
const newest = 200;

async function newestEvents(taskId: string): Promise<Page<EventEnvelope>> {
  const page = await api.tasks.events(taskId, { pageSize: newest });
  if (page.nextPageToken === null) return page;
  return api.tasks.events(taskId, { pageSize: newest, after: page.totalSize - newest });
}

async function newestCalls(taskId: string): Promise<Page<LedgerEntryView>> {
  const page = await api.tasks.ledger(taskId, { pageSize: newest, orderBy: 'startedAt desc' });
  return { ...page, items: page.items.toReversed() };
}

/** `12`; where not all are shown `the last 200 of 1,340`. */
function howMany(page: Page<unknown> | undefined): ReactNode {
  if (!page || page.totalSize <= page.items.length) return page?.items.length;
  return `the last ${page.items.length} of ${page.totalSize.toLocaleString('en-US')}`;
}

export function Events({ taskId, now }: { taskId: string; now: number }) {
  const found = useDetails('events', taskId, () => newestEvents(taskId));
  return (
    <Details title="Events" found={found} empty="Nothing happened yet." about={() => howMany(found.data)}>
      {(items) => (
        <ol className="evs ts">
          {items.map((event) => (
            <EventLine key={event.id} event={event} now={now} />
          ))}
        </ol>
      )}
    </Details>
  );
}

function EventLine({ event, now }: { event: EventEnvelope; now: number }) {
  const about = aboutEvent(event);
  return (
    <li>
      <span className="grow">
        <span className="fm">{nameOfEvent(event.type)}</span>
        {about && <span className="t2"> {about}</span>}
      </span>
      <time className="t3 nw" dateTime={event.at} title={absolute(event.at)}>
        {age(event.at, now)}
      </time>
    </li>
  );
}

export function Calls({ taskId }: { taskId: string }) {
  const [opened, setOpened] = useState<string | null>(null);
  const found = useDetails('ledger', taskId, () => newestCalls(taskId));
  return (
    <Details title="Model calls" found={found} empty="No model was called." about={() => howMany(found.data)}>
      {(items) => (
        <>
          <ul className="calls ts">
            {items.map((entry) => (
              <CallLine key={entry.id} entry={entry} open={() => setOpened(entry.callId)} />
            ))}
          </ul>
          {opened && <CallDialog callId={opened} close={() => setOpened(null)} />}
        </>
      )}
    </Details>
  );
}

const statusOf = { open: 'in_progress', ok: 'completed', aborted: 'cancelled' } as const;

function CallLine({ entry, open }: { entry: LedgerEntryView; open: () => void }) {
  const status = statusOf[entry.outcome as keyof typeof statusOf] ?? 'failed';
  const outcome = entry.outcome === 'unknown' ? 'lost, booked at its maximum' : entry.error?.message;
  return (
    <li>
      <StatusIcon status={status} />
      <span className="grow">
        <span className="row">
          <button type="button" className="link fm ell grow call-open" onClick={open}>
            {entry.purpose}
          </button>
          <span className="t2 tn">{entry.latencyMs === null ? missing : duration(entry.latencyMs)}</span>
          <span className="t2 num">{money(entry.usd)}</span>
        </span>
        <span className="row t3">
          <span className="ell grow">
            {entry.model}
            {entry.try > 1 && `, try ${entry.try}`}
          </span>
          <span className="tn nw">
            {count(entry.inputTokens)} in, {count(entry.outputTokens)} out
            {entry.searches > 0 && `, ${plural(entry.searches, 'search', 'searches')}`}
          </span>
        </span>
        {outcome && status !== 'completed' && <span className="s-failed blk">{outcome}</span>}
      </span>
    </li>
  );
}
