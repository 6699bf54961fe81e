import type { TaskTree } from '../../../src/contracts/task.ts';
import { useTreeApprovals } from '../approval/tree-approvals.tsx';
import { Icon } from '../icons/icon.tsx';
import { Status } from '../icons/status.tsx';
import { linkTo } from '../shell/router.ts';
import { absolute, ago, count, duration, lasted, money, percent, plural, tokensOf } from '../words/format.ts';
import { isOver, shownStatus, waitsFor } from '../words/status-words.ts';
import { CancelTask } from './cancel-task.tsx';
import { PauseTask, RetryTask, isPaused } from './control-task.tsx';
import { CopyButton } from './copy-button.tsx';
import { type PlanRow, countSteps, isDone, leaves } from './plan-rows.ts';

interface HeaderProps {
  tree: TaskTree;
  rows: PlanRow[];
  now: number;
  mayAct: boolean;
}

export function TaskHeader({ tree, rows, now, mayAct }: HeaderProps) {
  const { task } = tree;
  return (
    <header className="rh">
      <div className="bar">
        <nav className="crumb grow" aria-label="Breadcrumb">
          <a className="desk" {...linkTo('/')}>
            Goals
          </a>
          <span className="desk" aria-hidden="true">
            /
          </span>
          <a className="btn icon ghost phone" {...linkTo('/')} aria-label="Back to goals">
            <Icon name="left" />
          </a>
          <h1 className="ell" style={{ color: 'var(--text)' }} title={task.title}>
            {task.title}
          </h1>
          <CopyButton text={task.id} label="Copy id" className="btn icon ghost sm desk" />
        </nav>
        {mayAct && !isOver(task.status) && (
          <>
            <PauseTask tree={tree} />
            <CancelTask taskId={task.id} />
          </>
        )}
        {mayAct && (task.status === 'failed' || task.status === 'cancelled') && (
          <RetryTask taskId={task.id} />
        )}
        {task.temporal.url !== null && (
          <a
            className="btn sm tmp"
            href={task.temporal.url}
            target="_blank"
            rel="noreferrer"
            aria-label="Open in Temporal"
          >
            <Icon name="external" small />
            <span className="desk">Open in Temporal</span>
          </a>
        )}
      </div>
      <Facts tree={tree} rows={rows} now={now} />
    </header>
  );
}

function Facts({ tree, rows, now }: Omit<HeaderProps, 'mayAct'>) {
  const { task } = tree;
  const steps = countSteps(rows);
  const done = leaves(rows).filter(isDone).length;
  const cost = task.treeCost;
  const time = lasted({ startedAt: task.startedAt ?? task.createdAt, endedAt: task.endedAt }, now);
  const paused = isPaused(tree);
  const approvals = useTreeApprovals(task.rootId).data?.items ?? [];
  const asked = approvals.filter(({ status }) => status === 'requested').length;
  const { held } = task;
  const isSaid = (held?.for === 'approval' && asked > 0) || paused;
  const blocked = isSaid ? null : held;
  return (
    <dl className="facts">
      <div>
        <dt>Status</dt>
        <dd>
          <Status status={shownStatus(task)} />
        </dd>
      </div>
      {asked > 0 && (
        <div>
          <dt>Needs you</dt>
          <dd className="s-waiting fm">{plural(asked, 'approval')}</dd>
        </div>
      )}
      {blocked && (
        <div>
          <dt>Waits for</dt>
          <dd className="s-waiting fm">{waitsFor(blocked.for)}</dd>
        </div>
      )}
      <div>
        <dt>{isOver(task.status) ? 'Took' : 'Elapsed'}</dt>
        <dd className="tn">{time === null ? '–' : duration(time)}</dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd className="tn">{money(cost.usd)}</dd>
      </div>
      {steps > 0 && (
        <div>
          <dt>Steps</dt>
          <dd className="tn">
            {done} <span className="t3">of {steps}</span>
          </dd>
        </div>
      )}
      <div className="desk">
        <dt>Tokens</dt>
        <dd className="tn">
          {count(tokensOf(cost))}{' '}
          {cost.cachedInputTokens > 0 && (
            <span className="t3">{percent(cost.cachedInputTokens, cost.inputTokens)} cached</span>
          )}
        </dd>
      </div>
      <div className="desk">
        <dt>Started</dt>
        <dd>
          <time dateTime={task.createdAt} title={absolute(task.createdAt)}>
            {ago(task.createdAt, now)}
          </time>
        </dd>
      </div>
    </dl>
  );
}
