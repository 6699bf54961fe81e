import type { UseQueryResult } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef } from 'react';
import type { Page } from '../../../src/contracts/page.ts';
import type { Task } from '../../../src/contracts/task.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { LoadFailed } from '../shell/load-failed.tsx';
import { linkTo } from '../shell/router.ts';
import { useNow } from '../shell/use-now.ts';
import { absolute, age, duration, lasted, money } from '../words/format.ts';
import { fewGoals } from './use-goals.ts';
import { isOver, lookOf, shownStatus, waitsFor } from '../words/status-words.ts';

interface GoalListProps {
  goals: UseQueryResult<Page<Task>>;
  /** Null when no more are to be had. */
  more: (() => void) | null;
}

export function GoalList({ goals, more }: GoalListProps) {
  const list = useRef<HTMLUListElement>(null);
  useFocusOnMore(list, goals.data?.items.length ?? 0);
  const { data, error, refetch } = goals;
  const live = data?.items.some(({ status }) => !isOver(status)) ?? false;
  const now = useNow(live ? 1000 : 30_000);
  return (
    <section className="card" aria-labelledby="goals">
      <div className="hd">
        <h2 id="goals">Recent goals</h2>
        <span className="grow" />
        {data && data.totalSize > 0 && (
          <span className="ts t3 tn">
            {data.items.length < data.totalSize
              ? `${data.items.length} of ${data.totalSize}`
              : data.totalSize}
          </span>
        )}
      </div>
      {!data && error && <LoadFailed what="the goals" error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data?.items.length === 0 && (
        <div className="empty">
          <Icon name="tasks" />
          <h3>No goals yet</h3>
          <p>Write one above, or try the sample: three documents and a memo for the board.</p>
        </div>
      )}
      {data && data.items.length > 0 && (
        <ul ref={list}>
          {data.items.map((task) => (
            <li key={task.id}>
              <GoalRow task={task} now={now} />
            </li>
          ))}
        </ul>
      )}
      {more && data && data.items.length < data.totalSize && (
        <div className="more-goals">
          <button
            type="button"
            className="btn sm ghost"
            aria-disabled={goals.isPlaceholderData}
            onClick={more}
          >
            Show more
          </button>
        </div>
      )}
    </section>
  );
}

/** The button that asked for more is gone then: the first of them has the focus. */
function useFocusOnMore(list: RefObject<HTMLUListElement | null>, count: number): void {
  const before = useRef(count);
  useEffect(() => {
    const known = before.current;
    before.current = count;
    if (known >= fewGoals && count > known && document.activeElement === document.body)
      list.current?.querySelectorAll('a')[known]?.focus();
  }, [list, count]);
}

function GoalRow({ task, now }: { task: Task; now: number }) {
  return (
    <a className="sr inset" {...linkTo(`/tasks/${task.id}`)}>
      <StatusIcon status={shownStatus(task)} />
      <span className="grow">
        <span className="fm blk ell">{task.title}</span>
        <span className="ts t3 blk ell">{aboutGoal(task, now)}</span>
      </span>
      <time className="ts t3 nw" dateTime={task.createdAt} title={absolute(task.createdAt)}>
        {age(task.createdAt, now)}
      </time>
      <span className="ts t2 num cost">{money(task.treeCost.usd)}</span>
      <Icon name="right" small className="t3" />
    </a>
  );
}

/** A saved workflow that somebody runs has no goal above its steps. */
function aboutGoal(task: Task, now: number): string {
  return `${task.runId === null ? '' : 'Step of a workflow · '}${standing(task, now)}`;
}

function standing(task: Task, now: number): string {
  const time = lasted(task, now);
  const took = time === null ? '' : duration(time);
  const status = shownStatus(task);
  if (status === 'waiting' && task.held) return `Waits for ${waitsFor(task.held.for)}: ${task.held.detail}`;
  if (status === 'failed') return `Failed: ${task.error?.message ?? 'no reason was given'}`;
  if (status === 'completed') return `Finished in ${took}`;
  return [lookOf(status).word, took].filter(Boolean).join(' · ');
}

function Skeleton() {
  return (
    <>
      <p className="vh" role="status">
        Loading goals
      </p>
      <ul aria-hidden="true" className="late">
        {[62, 48, 71].map((width) => (
          <li key={width}>
            <div className="sr">
              <span className="sk" style={{ width: 14, height: 14, borderRadius: '50%' }} />
              <span className="grow">
                <span className="sk" style={{ width: `${width}%` }} />
                <span className="sk" style={{ width: '38%', marginTop: 8, height: 8 }} />
              </span>
              <span className="sk" style={{ width: 36 }} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
