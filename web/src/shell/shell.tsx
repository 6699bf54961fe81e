import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Session } from '../../../src/contracts/principal.ts';
import { useGoals } from '../home/use-goals.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { TroubleBanner } from '../operations/trouble-banner.tsx';
import { shownStatus } from '../words/status-words.ts';
import { ConnectionBanner, ConnectionDot } from './connection.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { Mark } from './mark.tsx';
import { Places } from './places.tsx';
import { linkTo } from './router.ts';
import { useKeys } from './use-keys.ts';
import { useTheme } from './theme.ts';
import { useWorkspaceLive } from './use-workspace-live.ts';

interface ShellProps {
  session: Session;
  taskId: string | undefined;
  path: string;
  children: ReactNode;
}

export function Shell({ session, taskId, path, children }: ShellProps) {
  const [keysShown, setKeysShown] = useState(false);
  useKeys({ help: () => setKeysShown(true) });
  useWorkspaceLive();
  const main = useFocusAfterGoing(path);
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="app">
        <nav className="nav" aria-label="Main">
          <div className="ws" title={`Signed in as ${session.principal.name}`}>
            <Mark />
            <span className="ell grow lbl">{session.workspace.name}</span>
          </div>
          <Places taskId={taskId} path={path} className="mt-3" />
          <RecentGoals taskId={taskId} />
          <div className="foot">
            <div className="conn">
              <ConnectionDot />
              <ShellButtons showKeys={() => setKeysShown(true)} />
            </div>
          </div>
        </nav>
        <main className="main" id="main" ref={main} tabIndex={-1}>
          <ConnectionBanner />
          <TroubleBanner />
          {children}
        </main>
        <nav className="tabbar" aria-label="Tabs">
          <Places taskId={taskId} path={path} />
        </nav>
      </div>
      {keysShown && <KeysDialog close={() => setKeysShown(false)} />}
    </>
  );
}

/** What had the focus may be gone with the page that was left: then the keyboard goes on in the new one, not in front of everything. */
function useFocusAfterGoing(path: string) {
  const main = useRef<HTMLElement>(null);
  const at = useRef(path);
  useEffect(() => {
    if (at.current !== path && document.activeElement === document.body)
      main.current?.focus({ preventScroll: true });
    at.current = path;
  }, [path]);
  return main;
}

function ShellButtons({ showKeys }: { showKeys: () => void }) {
  return (
    <>
      <ThemeButton />
      <button
        type="button"
        className="btn icon ghost sm lbl"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts"
        onClick={showKeys}
      >
        <Icon name="help" />
      </button>
    </>
  );
}

export function ThemeButton({ className = '' }: { className?: string }) {
  const { label, next } = useTheme();
  return (
    <button
      type="button"
      className={`btn icon ghost sm ${className}`}
      aria-label={label}
      title={label}
      onClick={next}
    >
      <Icon name="theme" />
    </button>
  );
}

const shownGoals = 8;

function RecentGoals({ taskId }: { taskId: string | undefined }) {
  const { data } = useGoals();
  if (!data || data.items.length === 0) return null;
  return (
    <>
      <h2 id="recent">Recent</h2>
      <ul aria-labelledby="recent" className="recent scroll">
        {data.items.slice(0, shownGoals).map((task) => (
          <li key={task.id}>
            <a
              className="inset"
              {...linkTo(`/tasks/${task.id}`)}
              aria-current={task.id === taskId ? 'page' : undefined}
            >
              <StatusIcon status={shownStatus(task)} />
              <span className="ell">{task.title}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
