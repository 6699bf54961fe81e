import { useState } from 'react';
import type { TaskTree } from '../../../src/contracts/task.ts';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { linkTo } from '../shell/router.ts';
import { duration, lasted, missing, money, plural } from '../words/format.ts';
import { isOver, stepStatus, waitsFor } from '../words/status-words.ts';
import {
  type PlanRow,
  agentsOf,
  countSteps,
  isDone,
  isFolded,
  leaves,
  reasonOf,
  titleOf,
} from './plan-rows.ts';
import { addressOf } from './address.ts';
import { workTime } from './work-time.ts';

interface PlanProps {
  tree: TaskTree;
  rows: PlanRow[];
  now: number;
  selected: string | null;
}

export function PlanCard({ tree: { task }, rows, now, selected }: PlanProps) {
  const steps = countSteps(rows);
  const done = leaves(rows).filter(isDone).length;
  const time = lasted(task, now);
  return (
    <section className="card plan" aria-labelledby="plan">
      <div className="hd">
        <h2 id="plan">Plan</h2>
        <span className="t3 ts nw tn">
          {done} of {steps} steps done
        </span>
        <span
          className="meter grow"
          role="progressbar"
          aria-label="Steps done"
          aria-valuemin={0}
          aria-valuemax={steps}
          aria-valuenow={done}
        >
          <i style={{ width: `${(done / Math.max(1, steps)) * 100}%` }} />
        </span>
        <span className="ts t2 nw tn desk">{time === null ? missing : duration(time)}</span>
        <span className="ts t2 nw tn">{money(task.treeCost.usd)}</span>
      </div>
      <Rows rows={rows} taskId={task.id} now={now} selected={selected} top />
    </section>
  );
}

interface RowsProps {
  rows: PlanRow[];
  taskId: string;
  now: number;
  selected: string | null;
  top?: boolean;
}

function Rows({ rows, top, ...rest }: RowsProps) {
  return (
    <ul className={top ? 'tree' : undefined} aria-label={top ? 'Steps' : undefined}>
      {rows.map((row) => (
        <li key={row.path}>
          {row.rows.length > 0 ? <Group row={row} {...rest} /> : <StepRow row={row} {...rest} />}
        </li>
      ))}
    </ul>
  );
}

type RowProps = Omit<RowsProps, 'rows' | 'top'> & { row: PlanRow };

function Group({ row, ...rest }: RowProps) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const agents = agentsOf(row);
  const holdsSelected = [`${row.path}[`, `${row.path}/`].some((below) => rest.selected?.startsWith(below));
  const open = chosen ?? (holdsSelected || !isFolded(row));
  return (
    <>
      <button type="button" className="n inset" aria-expanded={open} onClick={() => setChosen(!open)}>
        <StatusIcon status={stepStatus(row.step)} />
        <span className="row">
          <span className={`ell${isOver(row.step.status) ? '' : ' fm'}`}>{row.step.title}</span>
          <span className="tag">{plural(countSteps([row]), 'step')}</span>
          <Icon name={open ? 'down' : 'right'} small className="t3" />
        </span>
        <span className="row ts t2 who">
          {agents.map((agent) => (
            <AgentTile key={agent.id} agent={agent} small />
          ))}
          {agents.length === 1 && <span className="ell">{agents[0]?.name}</span>}
        </span>
        <Figures row={row} now={rest.now} />
      </button>
      {open && row.step.kind === 'workflow' && <Details row={row} {...rest} />}
      {open && <Rows rows={row.rows} {...rest} />}
    </>
  );
}

/** A step that runs a workflow is retried and looked into as a whole, too. */
function Details({ row, taskId, now, selected }: RowProps) {
  return (
    <>
      <Reason row={row} now={now} />
      <p className="why2 t3">
        <a
          className="link"
          {...linkTo(addressOf(taskId, row.path))}
          data-step={row.path}
          aria-current={row.path === selected ? 'true' : undefined}
        >
          About this step
        </a>
      </p>
    </>
  );
}

function StepRow({ row, taskId, now, selected }: RowProps) {
  const { step } = row;
  const off = step.status === 'skipped';
  const quiet = step.status === 'pending' ? ' t2' : '';
  return (
    <>
      <a
        className={`n inset${off ? ' off' : ''}`}
        {...linkTo(addressOf(taskId, row.path))}
        data-step={row.path}
        aria-current={row.path === selected ? 'true' : undefined}
      >
        <StatusIcon status={stepStatus(step)} />
        <span className={`ell${quiet}`}>
          {step.condition && !off && <span className="t3 cond">if {step.condition} · </span>}
          {titleOf(row)}
          {step.attempt > 1 && (
            <span className="tag att2">
              <Icon name="retry" /> attempt {step.attempt}
            </span>
          )}
        </span>
        <Who row={row} />
        <Figures row={row} now={now} />
      </a>
      <Reason row={row} now={now} />
    </>
  );
}

/** Who has it, and why in a few words; the sheet has the figures. */
function Who({ row: { step, tree } }: { row: PlanRow }) {
  const why = tree?.task.attempts.at(-1)?.why;
  return (
    <span className="row ts t2 who">
      {step.agent && (
        <>
          <AgentTile agent={step.agent} small />
          <span className="ell name">{step.agent.name}</span>
          {why && (
            <span className="t3 ell" title={`Why ${step.agent.name}: ${why}`}>
              {why}
            </span>
          )}
        </>
      )}
    </span>
  );
}

/** Work alone: the time of waiting stands beside it, in the reason. */
function Figures({ row, now }: { row: PlanRow; now: number }) {
  const { step } = row;
  const time = workTime(row, now);
  const worked = step.cost.calls > 0 || step.status === 'completed' || step.status === 'failed';
  return (
    <>
      <span className="d">{time === null ? missing : duration(time)}</span>
      <span className="d cost">{worked ? money(step.cost.usd) : missing}</span>
    </>
  );
}

function Reason({ row, now }: { row: PlanRow; now: number }) {
  const { step } = row;
  if (step.status === 'skipped') {
    return (
      <p className="why2 t3">
        Not taken:{' '}
        {step.reason ?? (step.condition ? `${step.condition} is false` : 'its condition was false')}
      </p>
    );
  }
  const reason = reasonOf(row);
  if (!reason) return null;
  const waits = step.waiting && step.status === 'waiting' ? step.waiting : null;
  return (
    <p className={`why2 s-${reason.status === 'cancelled' ? 'cancelled' : reason.status}`}>
      {waits && `Waits for ${waitsFor(waits.for)}: `}
      {reason.text}
      {waits && <span className="t3 tn"> · {duration(now - Date.parse(waits.since))}, free</span>}
    </p>
  );
}
