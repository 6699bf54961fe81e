import { useId } from 'react';
import type { Approval } from '../../../src/contracts/approval.ts';
import { StatusIcon } from '../icons/status.tsx';
import { AskedArguments } from './asked-arguments.tsx';
import { useSayHappened } from './use-decision.ts';

/** A call whose worker died while it ran: only a person can find out whether it happened. */
export function UncertainCard({ approval, mayAct }: { approval: Approval; mayAct: boolean }) {
  const ids = useId();
  const say = useSayHappened(approval.id);
  return (
    <section className="card ap" aria-labelledby={`${ids}title`}>
      <div className="hd">
        <StatusIcon status="waiting" />
        <h2 id={`${ids}title`} className="grow">
          Did this happen? {approval.title}
        </h2>
      </div>
      <div className="bd">
        <p>
          The call of <code>{approval.tool}</code> was cut off, and it must not be made twice. Look there,
          then say what you found.
        </p>
        {approval.arguments && <AskedArguments args={approval.arguments} />}
      </div>
      {mayAct && (
        <div className="acts">
          <button type="button" className="btn" disabled={say.isPending} onClick={() => say.mutate(false)}>
            It did not: try it again
          </button>
          <button type="button" className="btn pri" disabled={say.isPending} onClick={() => say.mutate(true)}>
            It happened
          </button>
        </div>
      )}
      {say.error && (
        <p className="bd ts s-failed" role="alert">
          {say.error.message}
        </p>
      )}
    </section>
  );
}
