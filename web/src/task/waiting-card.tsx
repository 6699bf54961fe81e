import { useId, useState } from 'react';
import type { Task } from '../../../src/contracts/task.ts';
import { useLiftGuard, useTopUp } from '../plan/use-plan.ts';
import { linkTo } from '../shell/router.ts';
import { money } from '../words/format.ts';
import { waitsFor } from '../words/status-words.ts';
import { HeldCard } from './held-card.tsx';

interface WaitingCardProps {
  task: Task;
  now: number;
  mayAct: boolean;
}

/** Steps at work need none; approvals, plans, questions and the queue for agents have cards of their own. */
const hasCardOfItsOwn = new Set<string>(['children', 'approval', 'person', 'capacity']);

/** Why a goal stands still, and what a person can do about it here. */
export function WaitingCard({ task, now, mayAct }: WaitingCardProps) {
  const { waiting, guard } = task;
  if (task.status !== 'waiting' || !waiting || (!guard && hasCardOfItsOwn.has(waiting.for))) return null;
  return (
    <HeldCard
      title={
        guard
          ? 'Stopped by a guard'
          : waiting.for === 'paused'
            ? 'Paused'
            : `Waits for ${waitsFor(waiting.for)}`
      }
      task={task}
      now={now}
    >
      <div className="bd">
        <p>{guard?.detail ?? waiting.detail}</p>
        <About task={task} />
      </div>
      {mayAct && guard && <LiftGuard taskId={task.id} />}
      {mayAct && waiting.for === 'budget' && task.budget && <TopUp budget={task.budget} />}
    </HeldCard>
  );
}

function About({ task: { waiting, guard } }: { task: Task }) {
  if (guard)
    return (
      <p className="t2 ts">Letting it go on gives it the same allowance once more, for this goal alone.</p>
    );
  if (waiting?.for === 'paused')
    return <p className="t2 ts">Steps at work finish, nothing new begins. Resume goes on where it stood.</p>;
  if (waiting?.for !== 'model') return null;
  return (
    <p className="t2 ts">
      It goes on by itself when a model that fits is there.{' '}
      <a className="link" {...linkTo('/models')}>
        Add a model
      </a>
    </p>
  );
}

function LiftGuard({ taskId }: { taskId: string }) {
  const lift = useLiftGuard(taskId);
  return (
    <div className="acts">
      {lift.error && (
        <p className="ts s-failed grow" role="alert">
          {lift.error.message}
        </p>
      )}
      <button type="button" className="btn pri" disabled={lift.isPending} onClick={() => lift.mutate()}>
        {lift.isPending ? 'Letting it go on' : 'Let it go on'}
      </button>
    </div>
  );
}

function TopUp({ budget }: { budget: NonNullable<Task['budget']> }) {
  const ids = useId();
  const [usd, setUsd] = useState('5');
  const add = useTopUp(budget.id);
  const amount = Number(usd);
  const wrong = !Number.isFinite(amount) || amount <= 0;
  return (
    <form
      className="acts"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && !add.isPending) add.mutate(amount);
      }}
    >
      <p className="ts t2 grow tn">
        {money(budget.spentUsd)} of {money(budget.limitUsd)} spent
        {add.error && (
          <span className="s-failed blk" role="alert">
            {add.error.message}
          </span>
        )}
      </p>
      <label className="vh" htmlFor={ids}>
        Dollars to add
      </label>
      <input
        id={ids}
        className="inp num amount"
        inputMode="decimal"
        value={usd}
        aria-invalid={wrong ? true : undefined}
        onChange={({ target }) => setUsd(target.value.trim())}
      />
      <button type="submit" className="btn pri" aria-disabled={wrong || add.isPending}>
        {add.isPending ? 'Adding' : `Add $${wrong ? '…' : amount.toFixed(2)}`}
      </button>
    </form>
  );
}
