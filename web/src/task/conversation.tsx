import type { CallText } from '../../../client/index.ts';
import type { Task, TaskTree } from '../../../src/contracts/task.ts';
import { ChatLink } from '../chat/chat-link.tsx';
import { TreeApprovals } from '../approval/tree-approvals.tsx';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon, iconOfFile } from '../icons/icon.tsx';
import { MessageBox } from '../message/message-box.tsx';
import { MessageThread, tasksOf } from '../message/message-thread.tsx';
import { linkTo } from '../shell/router.ts';
import { absolute, ago } from '../words/format.ts';
import { isOver } from '../words/status-words.ts';
import { PlanHistory } from '../plan/plan-history.tsx';
import { PlanProposal } from '../plan/plan-proposal.tsx';
import { LiveTexts } from './live-texts.tsx';
import { PlanCard } from './plan-card.tsx';
import type { PlanRow } from './plan-rows.ts';
import { ResultCard } from './result-card.tsx';
import { addressOf, chiefPath } from './address.ts';
import { CapacityCard } from './capacity-card.tsx';
import { lastAgent } from './last-agent.ts';
import { opening, whoHas } from './opening.ts';
import { WaitingCard } from './waiting-card.tsx';

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
  const agent = whoHas(task);
  const last = lastAgent(task);
  // There is no run, and so no plan in the tree, before somebody has accepted it.
  const waitsForYes = task.waiting?.for === 'approval';
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
            <span className="grow" />
            {last && <ChatLink agent={last} taskId={task.id} />}
          </div>
          <div className="body">
            <p>{opening(tree, rows)}</p>
            {plan && rows.length > 0 && <PlanCard tree={tree} rows={rows} now={now} selected={selected} />}
            {(plan || waitsForYes) && <PlanHistory taskId={task.id} now={now} />}
            <TreeApprovals rootTaskId={task.rootId} now={now} mayAct={mayAct} />
            <MessageThread tree={tree} now={now} mayAct={mayAct} />
            {waitsForYes && <PlanProposal taskId={task.id} mayAct={mayAct} />}
            <WaitingCard task={task} now={now} mayAct={mayAct} />
            {heldUp(tree).map((child) => (
              <WaitingCard key={child.id} task={child} now={now} mayAct={mayAct} />
            ))}
            {unstaffed(tree).map((each) => (
              <CapacityCard key={each.id} task={each} now={now} mayAct={mayAct} />
            ))}
            {!isOver(task.status) && <LiveTexts tree={tree} rows={rows} texts={texts} />}
            <ResultCard task={task} mayAct={mayAct} />
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

/** Tasks below that a guard has stopped: they need a person too. */
function heldUp(tree: TaskTree): Task[] {
  return tasksOf(tree).flatMap(({ task }) => (task.guard && task.id !== tree.task.id ? [task] : []));
}

/** Tasks that wait for an agent: somebody is busy, or nobody is able. */
function unstaffed(tree: TaskTree): Task[] {
  return tasksOf(tree).flatMap(({ task }) => (task.waiting?.for === 'capacity' ? [task] : []));
}
