import { useId } from 'react';
import { Faults } from '../shell/faults.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { type ToolChange, useDecideTool } from './use-tool-changes.ts';

/** What a server says of a tool now, beside what was accepted. Nobody's agent gets it before a yes. */
export function ToolChangeCard({ change }: { change: ToolChange }) {
  const ids = useId();
  const { server, tool } = change;
  const decide = useDecideTool(change);
  const before = tool.state === 'changed' ? tool : null;
  const now = tool.changedTo ?? tool;
  return (
    <section className="card ap" aria-labelledby={ids}>
      <div className="hd">
        <StatusIcon status="waiting" />
        <h2 id={ids} className="grow">
          {tool.state === 'new' ? 'New tool' : 'Changed tool'}: {tool.fullName}
        </h2>
        <span className="ts t2 nw">{server.name}</span>
      </div>
      <div className="bd">
        <p>
          {before
            ? 'Its server describes it differently from what was accepted. It is withheld until you have looked.'
            : 'Its server offers it since it was looked at last. No agent gets it before your yes.'}
        </p>
        <dl className="args">
          {before && before.description !== now.description && (
            <Row name="Before" text={before.description} />
          )}
          <Row name="Now" text={now.description} />
          <Row name="Risk" text={changedWord(before?.risk, now.risk)} />
          <Row name="Effect" text={changedWord(before && effects[before.effect], effects[now.effect])} />
        </dl>
        <details className="more">
          <summary className="ts t2">Its arguments</summary>
          <pre className="said">{JSON.stringify(now.parameters, null, 2)}</pre>
          {before && (
            <>
              <p className="ts t2">Before:</p>
              <pre className="said">{JSON.stringify(before.parameters, null, 2)}</pre>
            </>
          )}
        </details>
      </div>
      <div className="acts">
        <button
          type="button"
          className="btn"
          disabled={decide.isPending}
          onClick={() => decide.mutate(false)}
        >
          Leave it out
        </button>
        <button
          type="button"
          className="btn pri"
          disabled={decide.isPending}
          onClick={() => decide.mutate(true)}
        >
          Accept it
        </button>
      </div>
      <Faults error={decide.error} problem={null} />
    </section>
  );
}

const effects = {
  none: 'it only reads',
  keyed: 'it acts, and may be repeated safely',
  at_most_once: 'it acts, and is never repeated by itself',
} as const;

function changedWord(before: string | null | undefined, now: string): string {
  return before && before !== now ? `${now} (before: ${before})` : now;
}

function Row({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text || '–'}</dd>
    </div>
  );
}
