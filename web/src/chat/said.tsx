import type { Message } from '../../../src/contracts/message.ts';
import type { AgentRef } from '../../../src/contracts/task.ts';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon } from '../icons/icon.tsx';
import { Rendered } from '../markdown/rendered.tsx';
import { absolute, ago } from '../words/format.ts';

interface SaidProps {
  message: Message;
  agent: AgentRef;
  now: number;
  /** A later reply to the same words stands instead of it. */
  replaced: boolean;
  /** Writes it anew; null where that is not possible. */
  anew: (() => void) | null;
  /** Goes on after it in a chat of its own; null where that is not possible. */
  branch: (() => void) | null;
}

/** One message of a chat: a person's on the right, the agent's as Markdown. */
export function Said({ message, agent, now, replaced, anew, branch }: SaidProps) {
  const { content, acceptedAt, from, state, reason } = message;
  if (from.kind === 'person') {
    return (
      <article className="msg me" aria-label="You">
        <p className="goal">{content.text}</p>
        {state === 'expired' && <p className="ts s-failed">Not answered: {reason ?? 'it has expired'}</p>}
        <time className="vh" dateTime={acceptedAt} title={absolute(acceptedAt)}>
          {ago(acceptedAt, now)}
        </time>
      </article>
    );
  }
  if (replaced) {
    return (
      <details className="more body">
        <summary className="ts t2">An earlier reply</summary>
        <Rendered markdown={content.text} />
        <Branch branch={branch} />
      </details>
    );
  }
  return (
    <article className="msg" aria-label={agent.name}>
      <div className="by">
        <AgentTile agent={agent} />
        <span className="fs">{agent.name}</span>
        <time className="t3 ts" dateTime={acceptedAt} title={absolute(acceptedAt)}>
          {ago(acceptedAt, now)}
        </time>
        <span className="grow" />
        <Branch branch={branch} />
        {anew && (
          <button type="button" className="btn sm ghost" onClick={anew}>
            <Icon name="retry" small />
            Write it anew
          </button>
        )}
      </div>
      <div className="body">
        {message.type === 'error' ? (
          <p className="t2">{content.text}</p>
        ) : (
          <Rendered markdown={content.text} />
        )}
        {wasStopped(message) && <p className="t3 ts">Stopped here.</p>}
      </div>
    </article>
  );
}

function Branch({ branch }: Pick<SaidProps, 'branch'>) {
  return (
    branch && (
      <button
        type="button"
        className="btn sm ghost"
        title="Goes on from here in a chat of its own; this one stays as it is"
        onClick={branch}
      >
        <Icon name="branch" small />
        Branch
      </button>
    )
  );
}

/** It is what had been written of it by then. */
function wasStopped({ type, content }: Message): boolean {
  return type === 'reply' && (content.data as { code?: unknown } | undefined)?.code === 'stopped';
}

/** Replies that were written anew: the last one to the same words counts. */
export function replacedIn(said: readonly Message[]): Set<string> {
  const last = new Map(said.flatMap(({ id, replyTo }) => (replyTo === null ? [] : [[replyTo, id]])));
  return new Set(
    said.flatMap(({ id, replyTo }) => (replyTo !== null && last.get(replyTo) !== id ? [id] : [])),
  );
}
