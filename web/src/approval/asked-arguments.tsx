import type { Approval } from '../../../src/contracts/approval.ts';

/** What would be run, value by value, so that nothing of it hides. */
export function AskedArguments({ args }: { args: Record<string, unknown> }) {
  const entries = Object.entries(args);
  if (entries.length === 0) return <p className="ts t2">Without arguments.</p>;
  return (
    <dl className="args">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt className="mono">{name}</dt>
          <Value text={textOf(value)} />
        </div>
      ))}
    </dl>
  );
}

function Value({ text }: { text: string }) {
  const long = text.length > 800 || text.split('\n').length > 12;
  return long ? (
    <dd className="long" tabIndex={0}>
      {text}
    </dd>
  ) : (
    <dd>{text}</dd>
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}

/** The sentence over the arguments. */
export function AskedCall({ approval }: { approval: Approval }) {
  const { agentName, tool, destination, risk, why } = approval;
  return (
    <>
      <p>
        <b className="fs">{agentName ?? 'An agent'}</b> wants to call <code>{tool}</code> once
        {destination && (
          <>
            {' '}
            at <code>{destination}</code>
          </>
        )}
        , with exactly these arguments:
      </p>
      {(why || risk) && (
        <p className="ts t2">
          {[why, risk && !/risk/i.test(why ?? '') && `Risk: ${risk}.`].filter(Boolean).join(' ')}
        </p>
      )}
    </>
  );
}

/** @returns the arguments, or what is wrong with the text */
export function readArguments(text: string): { value: Record<string, unknown> } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown> };
    return { problem: 'The arguments are one JSON object.' };
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}` };
  }
}
