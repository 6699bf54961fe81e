import { type ReactNode, useId, useState } from 'react';
import type { Approval } from '../../../src/contracts/approval.ts';
import { StatusIcon } from '../icons/status.tsx';
import { NoteField } from '../shell/note-field.tsx';
import { AskedArguments } from './asked-arguments.tsx';
import { type Answer, useUncertain } from './use-decision.ts';

/** A call that broke off, so that nobody knows whether it happened: only a person can find out. */
export function UncertainCard({ approval, mayAct }: { approval: Approval; mayAct: boolean }) {
  const ids = useId();
  const [note, setNote] = useState('');
  const say = useUncertain(approval.id);
  const button = (answer: Answer, look: string, words: ReactNode) => (
    <button
      type="button"
      className={`btn${look}`}
      aria-disabled={say.isPending}
      onClick={() => {
        if (!say.isPending) say.mutate({ answer, note });
      }}
    >
      {words}
    </button>
  );
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
          The call of <code>{approval.tool}</code> broke off. It may not happen twice, so it is not repeated
          by itself. Look there, then say what you found. If nobody can know, let it be tried again, or leave
          it.
        </p>
        {approval.why && <p className="t2 ts">{approval.why}</p>}
        {approval.arguments && <AskedArguments args={approval.arguments} />}
      </div>
      {mayAct ? (
        <div className="acts">
          <NoteField
            label="Note"
            placeholder="What you found (optional)"
            maxLength={2000}
            value={note}
            change={setNote}
          />
          {button('leave', '', 'Leave it')}
          {button('again', '', 'Try it again')}
          {button('not', '', 'It did not happen')}
          {button('happened', ' pri', 'It happened')}
        </div>
      ) : (
        <p className="bd ts t2">Viewers see this; operators and owners decide.</p>
      )}
      {say.error && (
        <p className="bd ts s-failed" role="alert">
          {say.error.message}
        </p>
      )}
    </section>
  );
}
