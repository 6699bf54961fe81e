import { useEffect, useRef } from 'react';
import type { CallText } from '../../../client/index.ts';
import type { Attempt } from '../../../src/contracts/task.ts';
import { ApprovalCard } from '../approval/approval-card.tsx';
import { ChatLink } from '../chat/chat-link.tsx';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon } from '../icons/icon.tsx';
import { Status, StatusIcon } from '../icons/status.tsx';
import { Rendered } from '../markdown/rendered.tsx';
import { RateResult } from '../rating/rate-result.tsx';
import { Figures } from '../shell/figures.tsx';
import { count, duration, missing, money, tokensOf } from '../words/format.ts';
import { isOver, stepStatus, waitsFor } from '../words/status-words.ts';
import { chiefPath } from './address.ts';
import { ChangedInput } from './changed-input.tsx';
import { CopyButton } from './copy-button.tsx';
import { Tail } from './live-texts.tsx';
import { EditStep, mayEdit } from './edit-step.tsx';
import { type PlanRow, reasonOf } from './plan-rows.ts';
import { RetryStep, mayRetry } from './retry-step.tsx';
import { StepMessages } from './step-messages.tsx';
import { attemptTime, waitTime, workTime, workedUntil } from './work-time.ts';
import { Calls, Events, WhyThisAgent } from './sheet-details.tsx';

interface SheetProps {
  row: PlanRow;
  text: CallText | undefined;
  now: number;
  neighbours: { before: string | null; after: string | null };
  select: (path: string | null) => void;
  mayAct: boolean;
}

export function StepSheet({ row, text, now, neighbours, select, mayAct }: SheetProps) {
  const { step, tree } = row;
  const task = tree?.task ?? null;
  const retryable = mayAct && mayRetry(row);
  const editable = mayAct && mayEdit(row);
  const sheet = useRef<HTMLElement>(null);
  useEffect(() => {
    // Full screen on a phone: the reader has to be taken along.
    if (matchMedia('(max-width: 1199px)').matches) sheet.current?.focus();
  }, []);
  return (
    <aside ref={sheet} className="side sheet scroll" tabIndex={0} aria-labelledby="sheet-title">
      <div className="shh">
        <div className="row">
          <Status status={stepStatus(step)} filled />
          <span className="mono t3 ell">{step.key}</span>
          <span className="grow" />
          <SheetButtons neighbours={neighbours} select={select} />
        </div>
        <h2 id="sheet-title">{step.title}</h2>
        {step.agent && (
          <p className="row t2 ts">
            <AgentTile agent={step.agent} small />
            {step.agent.name}
            {task && task.attempts.length > 0 && (
              <span className="t3">revision {task.attempts.at(-1)?.agentRevision}</span>
            )}
            <span className="grow" />
            {task && <ChatLink agent={step.agent} taskId={task.id} />}
          </p>
        )}
        <Reason row={row} />
      </div>
      {step.approvalId && (
        <section className="sec alone" aria-label="Approval">
          <ApprovalCard id={step.approvalId} now={now} mayAct={mayAct} />
        </section>
      )}
      <StepFigures row={row} now={now} />
      {task && (
        <section className="sec">
          <h3>Goal</h3>
          <p className="ts goal t2">{task.goal}</p>
        </section>
      )}
      {step.changes && <ChangedInput changes={step.changes} />}
      {task && task.attempts.length > 0 && (
        <Attempts attempts={task.attempts} until={workedUntil(step, now)} />
      )}
      {task && step.kind === 'agent' && row.path !== chiefPath && (
        <StepMessages
          taskId={task.id}
          name={step.agent?.name ?? 'its agent'}
          now={now}
          mayWrite={mayAct && !isOver(task.status)}
        />
      )}
      {text?.text && !isOver(step.status) && (
        <section className="sec" aria-label="Being written">
          <h3>Writing now</h3>
          <Tail text={text.text} />
        </section>
      )}
      {task?.result && (
        <section className="sec out">
          <h3>
            Output
            <span className="grow" />
            <CopyButton text={task.result.markdown} label="Copy output" className="btn icon ghost sm" />
          </h3>
          <Rendered markdown={task.result.markdown} />
          {row.path !== chiefPath && step.agent && task.status === 'completed' && (
            <RateResult task={task} mayAct={mayAct} />
          )}
        </section>
      )}
      {task && (
        <>
          <WhyThisAgent taskId={task.id} agentName={step.agent?.name ?? 'this agent'} />
          <Events taskId={task.id} now={now} />
          <Calls taskId={task.id} />
        </>
      )}
      {(retryable || editable || task?.temporal.url) && (
        <div className="shf">
          {retryable && <RetryStep row={row} />}
          {editable && <EditStep row={row} />}
          {task?.temporal.url && (
            <a className="btn sm" href={task.temporal.url} target="_blank" rel="noreferrer">
              <Icon name="external" small />
              Open step in Temporal
            </a>
          )}
        </div>
      )}
    </aside>
  );
}

function SheetButtons({ neighbours, select }: Pick<SheetProps, 'neighbours' | 'select'>) {
  const { before, after } = neighbours;
  return (
    <>
      <button
        type="button"
        className="btn icon ghost sm"
        aria-label="Previous step"
        title="Previous step (K)"
        disabled={before === null}
        onClick={() => select(before)}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        className="btn icon ghost sm"
        aria-label="Next step"
        title="Next step (J)"
        disabled={after === null}
        onClick={() => select(after)}
      >
        <Icon name="down" />
      </button>
      <button
        type="button"
        className="btn icon ghost sm"
        aria-label="Close step"
        title="Close step (Esc)"
        onClick={() => select(null)}
      >
        <Icon name="x" />
      </button>
    </>
  );
}

function Reason({ row }: { row: PlanRow }) {
  const { step } = row;
  const reason = reasonOf(row);
  const about =
    step.status === 'skipped'
      ? `Not taken: ${step.reason ?? 'its condition was false'}`
      : reason && step.waiting && step.status === 'waiting'
        ? `Waits for ${waitsFor(step.waiting.for)}: ${reason.text}`
        : reason?.text;
  return (
    <>
      {step.condition && (
        <p className="row ts t2 mt-1">
          <Icon name="branch" small className="t3" />
          <code>{step.condition}</code>
        </p>
      )}
      {about && (
        <p
          className={`ts mt-1 ${step.status === 'failed' ? 's-failed' : step.status === 'waiting' ? 's-waiting' : 't2'}`}
        >
          {about}
        </p>
      )}
    </>
  );
}

function StepFigures({ row, now }: { row: PlanRow; now: number }) {
  const { step, tree } = row;
  const time = workTime(row, now);
  const waited = waitTime(row, now);
  const attempts = tree?.task.attempts.length ?? 0;
  const figures = [
    ['Duration', time === null ? missing : duration(time)],
    ...(waited === null
      ? []
      : [[step.status === 'waiting' ? 'Waiting' : 'Waited', `${duration(waited)}, free`] as const]),
    ['Cost', step.cost.calls === 0 && !isOver(step.status) ? missing : money(step.cost.usd)],
    [
      'Attempt',
      step.attempt === 0 ? missing : attempts > 1 ? `${step.attempt} of ${attempts}` : String(step.attempt),
    ],
    ['Tokens', count(tokensOf(step.cost))],
    ['Model calls', String(step.cost.calls)],
    ['Cached', count(step.cost.cachedInputTokens)],
  ] as const;
  return <Figures of={figures} />;
}

function Attempts({ attempts, until }: { attempts: Attempt[]; until: number }) {
  return (
    <section className="sec">
      <h3>Attempts</h3>
      <ol className="atts">
        {attempts.map((attempt) => {
          return (
            <li key={attempt.n}>
              <StatusIcon status={attempt.status} />
              <div className="grow">
                <p className="row">
                  <span className="fm">Attempt {attempt.n}</span>
                  <span className="t2 ts ell">{attempt.agent.name}</span>
                  <span className="grow" />
                  <span className="t2 ts tn">{money(attempt.cost.usd)}</span>
                  <span className="t2 ts tn">{duration(attemptTime(attempt, until))}</span>
                </p>
                {attempt.error && <p className="ts t2">{attempt.error.message}</p>}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
