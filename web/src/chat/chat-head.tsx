import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Conversation } from '../../../src/contracts/conversation.ts';
import { Icon } from '../icons/icon.tsx';
import { useFocusBack } from '../shell/use-focus-back.ts';
import { ChatBar } from './chat-bar.tsx';
import type { ChatActs } from './use-chat.ts';

interface ChatHeadProps {
  chat: Conversation;
  acts: ChatActs;
  mayAct: boolean;
}

/** The bar over a chat: its name, which can be changed in place, and the way to put it away. */
export function ChatHead({ chat, acts, mayAct }: ChatHeadProps) {
  const [doing, setDoing] = useState<'rename' | 'archive' | null>(null);
  const { agent, title, taskId, archivedAt } = chat;
  const { rename, archive } = acts;
  const namer = useFocusBack(doing === 'rename');
  const archiver = useFocusBack(doing === 'archive');
  const close = () => setDoing(null);
  const error = rename.error ?? archive.error;
  return (
    <ChatBar
      agent={agent}
      title={title}
      taskId={taskId}
      {...(doing === 'rename' ? { instead: <NameForm title={title} rename={rename} close={close} /> } : {})}
    >
      {error && (
        <span className="s-failed ts ell" role="alert" title={error.message}>
          {error.message}
        </span>
      )}
      {archivedAt !== null && <span className="tag">Archived</span>}
      {mayAct && doing === null && (
        <button
          ref={namer}
          type="button"
          className="btn icon ghost sm"
          aria-label="Rename this chat"
          title="Rename this chat"
          onClick={() => setDoing('rename')}
        >
          <Icon name="edit" />
        </button>
      )}
      {mayAct && archivedAt === null && doing === null && (
        <button ref={archiver} type="button" className="btn sm ctl" onClick={() => setDoing('archive')}>
          Archive
        </button>
      )}
      {doing === 'archive' && <AskArchive archive={archive} close={close} />}
    </ChatBar>
  );
}

interface NameFormProps {
  title: string;
  rename: ChatActs['rename'];
  close: () => void;
}

function NameForm({ title, rename, close }: NameFormProps) {
  const [text, setText] = useState(title);
  const name = text.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name === title) close();
    else if (name !== '' && !rename.isPending) rename.mutate(name, { onSuccess: close });
  };
  return (
    <form className="row grow" aria-label="Rename this chat" onSubmit={submit} onKeyDown={onEscape(close)}>
      <input
        className="inp grow"
        aria-label="Name of this chat"
        maxLength={200}
        autoFocus
        value={text}
        onFocus={({ target }) => target.select()}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" className="btn sm pri" disabled={name === '' || rename.isPending}>
        {rename.isPending ? 'Saving' : 'Save'}
      </button>
      <button type="button" className="btn sm ghost" onClick={close}>
        Keep
      </button>
    </form>
  );
}

function AskArchive({ archive, close }: { archive: ChatActs['archive']; close: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    <div className="ask" role="group" aria-label="Archive this chat?" onKeyDown={onEscape(close)}>
      <span className="t2 ts desk">It can still be read and branched. Nothing more is said in it.</span>
      <button
        type="button"
        className="btn sm danger"
        disabled={archive.isPending}
        onClick={() => archive.mutate(undefined, { onSuccess: close })}
      >
        {archive.isPending ? 'Archiving' : 'Archive it'}
      </button>
      <button ref={keep} type="button" className="btn sm ghost" onClick={close}>
        Keep
      </button>
    </div>
  );
}

function onEscape(close: () => void) {
  return (event: { key: string; preventDefault(): void; stopPropagation(): void }) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
}
