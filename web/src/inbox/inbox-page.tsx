import { useEffect } from 'react';
import type { Approval } from '../../../src/contracts/approval.ts';
import type { Task } from '../../../src/contracts/task.ts';
import { ApprovalCard } from '../approval/approval-card.tsx';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { QuestionCard } from '../message/question-card.tsx';
import { LoadFailed } from '../shell/load-failed.tsx';
import { Loading } from '../shell/loading.tsx';
import { linkTo, useAddress } from '../shell/router.ts';
import { ThemeButton } from '../shell/shell.tsx';
import { useNow } from '../shell/use-now.ts';
import { ToolChangeCard } from '../tools/tool-change-card.tsx';
import { absolute, age, plural } from '../words/format.ts';
import { useInbox } from './use-inbox.ts';

/** Everything that waits for a person, the oldest first, decided in place. */
export function InboxPage({ mayAct }: { mayAct: boolean }) {
  const inbox = useInbox();
  const now = useNow(1000);
  useEffect(() => {
    document.title = `Inbox${inbox.count > 0 ? ` (${inbox.count})` : ''} · Adjutant`;
  }, [inbox.count]);
  const { questions, tools, tasks } = inbox;
  const wanted = useWanted();
  const approvals = inbox.approvals.filter(({ id }) => id !== wanted);
  return (
    <>
      <header className="bar">
        <h1>Inbox</h1>
        <span className="ts t3 tn">
          {inbox.count > 0 && plural(inbox.count, 'thing needs you', 'things need you')}
        </span>
        <span className="grow" />
        <ThemeButton className="phone" />
      </header>
      <div className="scroll grow fr" tabIndex={0} role="region" aria-label="What needs you">
        <div className="fc inbox">
          {inbox.error && (
            <LoadFailed what="the inbox" error={inbox.error} retry={() => void inbox.again()} />
          )}
          {wanted && (
            <section aria-label="What the link leads to">
              <ApprovalCard id={wanted} now={now} mayAct={mayAct} />
            </section>
          )}
          {!inbox.error && inbox.pending && <Loading what="the inbox" />}
          {!inbox.error && !inbox.pending && inbox.count === 0 && !wanted && (
            <div className="card empty">
              <Icon name="inbox" />
              <h2>Nothing needs you</h2>
              <p>
                Approvals, questions, plans to accept, changed tools, and goals that lack budget, a model or
                an agent come here.
              </p>
            </div>
          )}
          {approvals.length > 0 && (
            <section aria-labelledby="approvals">
              <h2 id="approvals">Approvals</h2>
              {approvals.map((approval) => (
                <div key={approval.id}>
                  <ApprovalCard id={approval.id} known={approval} now={now} mayAct={mayAct} />
                  <Place approval={approval} />
                </div>
              ))}
            </section>
          )}
          {questions.length > 0 && (
            <section aria-labelledby="questions">
              <h2 id="questions">Questions</h2>
              {questions.map((question) => (
                <QuestionCard
                  key={question.id}
                  question={question}
                  now={now}
                  mayAct={mayAct}
                  {...(question.fromTaskId
                    ? { place: { to: `/tasks/${question.fromTaskId}`, title: 'Open the task that asks' } }
                    : {})}
                />
              ))}
            </section>
          )}
          {tools.length > 0 && (
            <section aria-labelledby="tools">
              <h2 id="tools">Tools</h2>
              {tools.map((change) => (
                <ToolChangeCard
                  key={change.server.id + change.tool.name + change.tool.hash}
                  change={change}
                />
              ))}
            </section>
          )}
          {tasks.length > 0 && <Held tasks={tasks} now={now} />}
        </div>
      </div>
    </>
  );
}

/** `?approval=ID`: a link in a message leads to it, also when it is decided. */
function useWanted(): string | null {
  const id = useAddress().query.get('approval');
  return id !== null && /^apr_[0-9a-z]{26}$/.test(id) ? id : null;
}

function Place({ approval: { rootTaskId, taskTitle, runName } }: { approval: Approval }) {
  if (rootTaskId === null) return runName && <p className="ts t3 place">{runName}</p>;
  return (
    <p className="ts place">
      <a className="link" {...linkTo(`/tasks/${rootTaskId}`)}>
        {taskTitle ?? runName ?? 'Open the goal'}
      </a>
    </p>
  );
}

function Held({ tasks, now }: { tasks: Task[]; now: number }) {
  return (
    <section aria-labelledby="held">
      <h2 id="held">Goals that wait for you</h2>
      <ul className="card">
        {tasks.map((task) => (
          <li key={task.id}>
            <a className="sr inset" {...linkTo(`/tasks/${task.rootId}`)}>
              <StatusIcon status="waiting" />
              <span className="grow">
                <span className="fm blk ell">{task.title}</span>
                <span className="ts t2 blk">{task.guard?.detail ?? task.waiting?.detail}</span>
              </span>
              {task.waiting && (
                <time className="ts t3 nw" dateTime={task.waiting.since} title={absolute(task.waiting.since)}>
                  {age(task.waiting.since, now)}
                </time>
              )}
              <Icon name="right" small className="t3" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
