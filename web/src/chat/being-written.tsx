import type { AgentRef } from '../../../src/contracts/task.ts';
import { TreeApprovals } from '../approval/tree-approvals.tsx';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Writing } from '../markdown/writing.tsx';
import { linkTo } from '../shell/router.ts';
import { waitsFor } from '../words/status-words.ts';
import { useReplyTask } from './use-chat.ts';

interface BeingWrittenProps {
  agent: AgentRef;
  text: string | null;
  /** The task that the reply is, as soon as there is one. */
  taskId: string | null;
  now: number;
  mayAct: boolean;
}

/** The reply that is under way: what is there of it, or why it does not come. */
export function BeingWritten({ agent, text, taskId, now, mayAct }: BeingWrittenProps) {
  const waiting = useReplyTask(taskId).data?.waiting;
  return (
    <article className="msg" aria-label={`${agent.name} is writing`} aria-busy="true">
      <div className="by">
        <AgentTile agent={agent} />
        <span className="fs">{agent.name}</span>
        <span className="t3 ts" role="status">
          {waiting ? `waits for ${waitsFor(waiting.for)}` : 'writes'}
        </span>
      </div>
      <div className="body">
        {text ? (
          <Writing text={text} />
        ) : (
          waiting && (
            <p className="s-waiting">
              {waiting.detail}{' '}
              {waiting.for === 'model' && (
                <a className="link" {...linkTo('/models')}>
                  Add a model
                </a>
              )}
            </p>
          )
        )}
        {taskId && <TreeApprovals rootTaskId={taskId} now={now} mayAct={mayAct} />}
      </div>
    </article>
  );
}
