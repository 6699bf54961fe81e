import { Icon } from '../icons/icon.tsx';
import { clock } from '../words/format.ts';
import { useEffect, useState } from 'react';
import type { LiveStatus } from '../../../client/index.ts';
import { useLive, useLiveStatus } from './live.tsx';

const words = {
  connecting: 'Connecting',
  live: 'Live',
  catching_up: 'Catching up',
  offline: 'Offline',
  signed_out: 'Signed out',
} as const;
const dots = {
  connecting: 'wait',
  live: '',
  catching_up: 'wait',
  offline: 'off',
  signed_out: 'off',
} as const;

export function ConnectionDot() {
  const { state } = useLiveStatus();
  return (
    <span className="row grow" role="status">
      <span className={`dot ${dots[state]}`} />
      <span className="lbl">{words[state]}</span>
    </span>
  );
}

/** A blink is not worth a banner: it shows after a moment, and never two at once. */
const patienceMs = 600;

export function ConnectionBanner() {
  const status = useLiveStatus();
  const { state, heardAt } = status;
  const away = state === 'offline' || state === 'signed_out';
  const behind = state === 'catching_up' && heardAt !== null;
  return away || behind ? <Patient status={status} /> : null;
}

function Patient({ status }: { status: LiveStatus }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return status.state === 'catching_up' ? <CatchingUp {...status.caughtUp} /> : <Away {...status} />;
}

function CatchingUp({ events, of }: LiveStatus['caughtUp']) {
  return (
    <div className="banner" role="status">
      <Icon name="retry" small />
      <span className="grow">Back online, catching up</span>
      <span className="tn ts t2">
        {of === null ? `${events} events` : `${Math.min(events, of)} of ${of} events`}
      </span>
    </div>
  );
}

function Away({ state, heardAt }: LiveStatus) {
  const live = useLive();
  return (
    <div className="banner warn" role="status">
      <Icon name="offline" small className="s-waiting" />
      <span className="grow">
        <b className="fm">{words[state]}.</b>{' '}
        {heardAt === null ? 'The server does not answer;' : `Shown as of ${clock(heardAt)};`} your work goes
        on without you.
      </span>
      <button
        type="button"
        className="btn sm"
        onClick={() => (state === 'signed_out' ? location.reload() : live?.connect())}
      >
        Retry
      </button>
    </div>
  );
}
