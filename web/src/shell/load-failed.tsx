import { isApiProblem } from '../../../client/index.ts';
import { Icon } from '../icons/icon.tsx';

/** What happened, what is safe, what to do, then the id to copy. It never looks like an empty list. */
export function LoadFailed({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
  const problem = isApiProblem(error) ? error : null;
  return (
    <div className="empty" role="alert">
      <Icon name="warn" className="s-failed" />
      <h2>Could not load {what}</h2>
      <p>
        {problem?.message ?? 'The page met a fault of its own.'} Nothing was lost; running work does not
        depend on this page.
      </p>
      {retry && (
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
