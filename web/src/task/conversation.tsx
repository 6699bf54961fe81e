import type { CallText } from '../../../client/index.ts';
import type { Task, TaskTree } from '../../../src/contracts/task.ts';
import { ApprovalCard } from '../approval/approval-card.tsx';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon, iconOfFile } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { MessageBox } from '../message/message-box.tsx';
import { MessageThread } from '../message/message-thread.tsx';
import { linkTo } from '../shell/router.ts';
import { absolute, ago, clock, duration } from '../words/format.ts';
import { isOver, shownStatus, waitsFor } from '../words/status-words.ts';
import { LiveTexts } from './live-texts.tsx';
import { PlanCard } from './plan-card.tsx';
import { type PlanRow, approvalsOf } from './plan-rows.ts';
import { ResultCard } from './result-card.tsx';
import { addressOf, chiefPath } from './address.ts';

interface ConversationProps {
  tree: TaskTree;
  rows: PlanRow[];
  texts: ReadonlyMap<string, CallText>;
  now: number;
  selected: string | null;
  mayAct: boolean;
}

export function Conversation({ tree, rows, texts, now, selected, mayAct }: ConversationProps) {
  const { task, plan } = tree;
  const agent = task.agent ?? { name: 'Chief of Staff', role: 'chief_of_staff' };
  return (
    <section className="log scroll" tabIndex={0} aria-label="Goal and result">
      <div className="col">
        <GoalMessage task={task} now={now} />
        <article className="msg" aria-label={agent.name}>
          <div className="by">
            <AgentTile agent={agent} />
            <a
              className="fs"
              {...linkTo(addressOf(task.id, chiefPath))}
              title="Attempts, events and model calls"
            >
              {agent.name}
            </a>
            <time className="t3 ts" dateTime={task.startedAt ?? task.createdAt}>
              {ago(task.startedAt ?? task.createdAt, now)}
            </time>
          </div>
          <div className="body">
            <p>{opening(tree, rows)}</p>
            {plan && rows.length > 0 && <PlanCard tree={tree} rows={rows} now={now} selected={selected} />}
            {approvalsOf(rows).map(({ path, step }) => (
              <ApprovalCard key={path} id={step.approvalId ?? ''} now={now} mayAct={mayAct} />
            ))}
            <MessageThread tree={tree} now={now} mayAct={mayAct} />
            <WaitingCard task={task} now={now} />
            {!isOver(task.status) && <LiveTexts tree={tree} rows={rows} texts={texts} />}
            <ResultCard task={task} />
          </div>
        </article>
        {mayAct && !isOver(task.status) && <MessageBox taskId={task.id} name={agent.name} />}
      </div>
    </section>
  );
}

function GoalMessage({ task, now }: { task: Task; now: number }) {
  return (
    <article className="msg me" aria-label="Goal">
      <p className="goal">{task.goal}</p>
      {task.files.length > 0 && (
        <ul className="files" aria-label="Files">
          {task.files.map(({ id, name, status }) => (
            <li className="file" key={id}>
              <Icon name={iconOfFile(name)} />
              <a className="ell" href={`/api/v2/files/${id}/content`} target="_blank" rel="noreferrer">
                {name}
              </a>
              {status === 'failed' && <span className="s-failed">could not be read</span>}
              {(status === 'uploaded' || status === 'processing') && <span className="t3">reading</span>}
            </li>
          ))}
        </ul>
      )}
      <time className="vh" dateTime={task.createdAt} title={absolute(task.createdAt)}>
        {ago(task.createdAt, now)}
      </time>
    </article>
  );
}

const numbers = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

function opening({ task, plan, run }: TaskTree, rows: PlanRow[]): string {
  if (!plan || rows.length === 0) {
    if (isOver(task.status))
      return task.status === 'completed' ? 'Done without a plan.' : 'There was no plan yet.';
    if (task.status === 'waiting') return 'The plan is not made yet.';
    return task.agent === null ? 'The goal is accepted and waits for its agent.' : 'Making the plan.';
  }
  const agents = new Set((run?.steps ?? []).flatMap(({ agent }) => (agent ? [agent.id] : [])));
  const steps = `${numbers[rows.length] ?? rows.length} ${rows.length === 1 ? 'step' : 'steps'}`;
  const who = agents.size > 0 ? `, ${agents.size} ${agents.size === 1 ? 'agent' : 'agents'}` : '';
  const from = plan.origin === 'template' ? ` By the saved workflow “${plan.name}”` : ` ${plan.name}`;
  const why = plan.reason ? `: ${plan.reason.replace(/\.$/, '')}.` : '.';
  return `${steps}${who}.${from}${why}`;
}

function WaitingCard({ task, now }: { task: Task; now: number }) {
  const { waiting } = task;
  if (task.status !== 'waiting' || !waiting || waiting.for === 'children') return null;
  return (
    <section className="card ap" aria-labelledby="waits">
      <div className="hd">
        <StatusIcon status={shownStatus(task)} />
        <h2 id="waits" className="grow">
          {waiting.for === 'paused' ? 'Paused' : `Waits for ${waitsFor(waiting.for)}`}
        </h2>
        <span className="ts t2 nw tn" title={`since ${clock(waiting.since)}`}>
          {duration(now - Date.parse(waiting.since))}, free
        </span>
      </div>
      <div className="bd">
        <p>{waiting.detail}</p>
        {waiting.for === 'paused' && (
          <p className="t2 ts">Steps at work finish, nothing new begins. Resume goes on where it stood.</p>
        )}
        {waiting.for === 'model' && (
          <p className="t2 ts">
            It goes on by itself when a model that fits is there.{' '}
            <a className="link" {...linkTo('/models')}>
              Add a model
            </a>
          </p>
        )}
      </div>
    </section>
  );
}
