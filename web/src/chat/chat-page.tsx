import { useEffect, useRef } from 'react';
import type { Conversation } from '../../../src/contracts/conversation.ts';
import type { Message } from '../../../src/contracts/message.ts';
import { Icon } from '../icons/icon.tsx';
import { WriteBox } from '../message/write-box.tsx';
import { LoadFailed } from '../shell/load-failed.tsx';
import { linkTo } from '../shell/router.ts';
import { useNow } from '../shell/use-now.ts';
import { BeingWritten } from './being-written.tsx';
import { chatAddress } from './address.ts';
import { ChatBar } from './chat-bar.tsx';
import { ChatHead } from './chat-head.tsx';
import { Said, replacedIn } from './said.tsx';
import { useChat, useChatActs, useChatLive, useSaid } from './use-chat.ts';

/** A chat with an agent: what was said, the reply as it is written, and where to say more or stop it. */
export function ChatPage({ id, mayAct }: { id: string; mayAct: boolean }) {
  const chat = useChat(id);
  const said = useSaid(id);
  const text = useChatLive(id);
  const failed = chat.error ?? said.error;
  if (chat.data && said.data)
    return <Chat chat={chat.data} said={said} messages={said.data} text={text} mayAct={mayAct} />;
  return (
    <>
      <ChatBar />
      {failed ? (
        <div className="m-auto">
          <LoadFailed
            what="this chat"
            error={failed}
            retry={() => void Promise.all([chat.refetch(), said.refetch()])}
          />
        </div>
      ) : (
        <p className="vh" role="status">
          Loading the chat
        </p>
      )}
    </>
  );
}

interface ChatProps {
  chat: Conversation;
  said: ReturnType<typeof useSaid>;
  messages: Message[];
  text: string | null;
  mayAct: boolean;
}

function Chat({ chat, said, messages, text, mayAct }: ChatProps) {
  const { agent, answering, unanswered } = chat;
  const now = useNow(30_000);
  const acts = useChatActs(chat.id);
  // The list may have the reply a moment before the chat is known to have ended it.
  const isThere = messages.some(({ fromTaskId }) => fromTaskId !== null && fromTaskId === answering?.taskId);
  const writing = !isThere && (answering !== null || unanswered > 0);
  const replaced = replacedIn(messages);
  const last = messages.at(-1);
  // Until it is known which reply is under way, the text may be that of the last one in the list.
  const told = answering === null && last?.fromTaskId != null;
  const failed = acts.anew.error ?? acts.branch.error;
  const mayAnew = mayAct && !writing && chat.archivedAt === null;
  useEffect(() => {
    document.title = `${chat.title} · Adjutant`;
  }, [chat.title]);
  return (
    <>
      <ChatHead chat={chat} acts={acts} mayAct={mayAct} />
      <section className="log chat scroll grow" tabIndex={0} aria-label="Chat">
        <div className="col">
          {said.hasNextPage && (
            <button type="button" className="btn sm" onClick={() => void said.fetchNextPage()}>
              {said.isFetchingNextPage ? 'Loading' : 'Show earlier messages'}
            </button>
          )}
          <BranchedFrom id={chat.branchedFrom} />
          {messages.map((message) => (
            <Said
              key={message.id}
              message={message}
              agent={agent}
              now={now}
              replaced={replaced.has(message.id)}
              anew={
                message === last && mayAnew && message.replyTo ? () => acts.anew.mutate(message.id) : null
              }
              branch={mayAct && !acts.branch.isPending ? () => acts.branch.mutate(message.id) : null}
            />
          ))}
          {writing && (
            <BeingWritten
              agent={agent}
              text={told ? null : text}
              taskId={answering?.taskId ?? null}
              now={now}
              mayAct={mayAct}
            />
          )}
          <Newest of={`${messages.length} ${text?.length ?? 0}`} />
          {failed && (
            <p className="ts s-failed" role="alert">
              {failed.message}
            </p>
          )}
          {chat.archivedAt !== null && (
            <p className="t2 ts">This chat is archived: it is read, and goes on only in a branch.</p>
          )}
          {mayAct && chat.archivedAt === null && (
            <Write agent={agent.name} acts={acts} mayStop={answering !== null && !isThere} />
          )}
        </div>
      </section>
    </>
  );
}

function BranchedFrom({ id }: { id: string | null }) {
  return (
    id && (
      <p className="t2 ts">
        Branched from{' '}
        <a className="link" {...linkTo(chatAddress(id))}>
          an earlier chat
        </a>
        , which stays as it is.
      </p>
    )
  );
}

interface WriteProps {
  agent: string;
  acts: ReturnType<typeof useChatActs>;
  /** Before the reply has begun there is nothing to stop. */
  mayStop: boolean;
}

function Write({ agent, acts: { say, stop }, mayStop }: WriteProps) {
  return (
    <WriteBox
      name={`Message to ${agent}`}
      placeholder={`Message ${agent}`}
      busy={say.isPending}
      error={say.error ?? stop.error}
      send={(text, sent) => say.mutate(text, { onSuccess: sent })}
      autoFocus
    >
      {mayStop && (
        <button
          type="button"
          className="btn sm"
          aria-disabled={stop.isPending}
          onClick={({ currentTarget }) => {
            if (!stop.isPending) stop.mutate();
            // It goes as soon as nothing is written any more; one goes on with words.
            currentTarget.form?.querySelector('textarea')?.focus();
          }}
        >
          <Icon name="stop" small />
          {stop.isPending ? 'Stopping' : 'Stop'}
        </button>
      )}
    </WriteBox>
  );
}

/** Keeps the end in sight, unless the reader has gone back. */
function Newest({ of }: { of: string }) {
  const end = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  useEffect(() => {
    const log = end.current?.closest('.log');
    if (!log) return;
    const fromEnd = log.scrollHeight - log.scrollTop - log.clientHeight;
    if (first.current || fromEnd < 160) log.scrollTop = log.scrollHeight;
    first.current = false;
  }, [of]);
  return <div ref={end} />;
}
