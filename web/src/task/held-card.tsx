import { type ReactNode, useId } from 'react';
import type { Task } from '../../../src/contracts/task.ts';
import { StatusIcon } from '../icons/status.tsx';
import { clock, duration } from '../words/format.ts';
import { shownStatus } from '../words/status-words.ts';

interface HeldCardProps {
  title: string;
  task: Task;
  now: number;
  children: ReactNode;
}

/** Something stands still: what, since when, and that it costs nothing meanwhile. */
export function HeldCard({ title, task, now, children }: HeldCardProps) {
  const ids = useId();
  const since = task.waiting?.since ?? task.createdAt;
  return (
    <section className="card ap" aria-labelledby={ids}>
      <div className="hd">
        <StatusIcon status={shownStatus(task)} />
        <h2 id={ids} className="grow">
          {title}
        </h2>
        <span className="ts t2 nw tn" title={`since ${clock(since)}`}>
          {duration(now - Date.parse(since))}, free
        </span>
      </div>
      {children}
    </section>
  );
}
