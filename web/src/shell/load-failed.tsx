import { useEffect } from 'react';
import { isApiProblem } from '../../../client/index.ts';
import { Icon } from '../icons/icon.tsx';

/** A server that restarts is back within seconds. */
const againEveryMs = 2000;

interface Found {
  data: unknown;
  error: Error | null;
  refetch: () => Promise<unknown>;
}

/** The same in a line, for a part of a view: without it a failure would look like nothing being there. */
export function PartFailed({ what, found: { data, error, refetch } }: { what: string; found: Found }) {
  if (data !== undefined || !error) return null;
  return (
    <p className="ts s-failed" role="alert">
      Could not load {what}: {error.message}{' '}
      <button type="button" className="link" onClick={() => void refetch()}>
        Try again
      </button>
    </p>
  );
}

/** What happened, what is safe, what to do, then the id to copy. It never looks like an empty list. */
export function LoadFailed({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
  const problem = isApiProblem(error) ? error : null;
  const away = problem !== null && !problem.status;
  const gone = problem?.status === 404;
  useEffect(() => {
    if (!away || !retry) return;
    const timer = setInterval(retry, againEveryMs);
    return () => clearInterval(timer);
  }, [away, retry]);
  return (
    <div className="empty" role="alert">
      <Icon name="warn" className="s-failed" />
      <h2>Could not load {what}</h2>
      <p>
        {problem?.message ?? 'The page met a fault of its own.'}{' '}
        {gone
          ? 'Its address may be wrong, or it belongs to another workspace.'
          : 'Nothing was lost; running work does not depend on this page.'}
        {away && ' It tries again by itself.'}
      </p>
      {retry && !gone && (
        <button type="button" className="btn sm" onClick={retry}>
          <Icon name="retry" />
          Try again
        </button>
      )}
      {problem && (
        <code className="t3">
          {[problem.asked, problem.status || 'no answer', problem.requestId].filter(Boolean).join(' · ')}
        </code>
      )}
    </div>
  );
}
