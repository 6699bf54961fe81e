import { isApiProblem } from '../../../client/index.ts';

/** What the server refused, with each place; or what the page itself found wrong. */
export function Faults({ error, problem }: { error: Error | null; problem: string | null }) {
  if (!error && !problem) return null;
  const places = isApiProblem(error) ? error.problems : [];
  return (
    <div className="bd ts s-failed" role="alert">
      <p>{problem ?? error?.message}</p>
      {places.map(({ pointer, message }) => (
        <p key={pointer + message}>
          <code>{pointer || '/'}</code> {message}
        </p>
      ))}
    </div>
  );
}
