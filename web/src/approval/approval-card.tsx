import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useState } from 'react';
import type { Approval } from '../../../src/contracts/approval.ts';
import type { Session } from '../../../src/contracts/principal.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { api } from '../shell/api.ts';
import { LoadFailed } from '../shell/load-failed.tsx';
import { isTyping } from '../shell/use-keys.ts';
import { absolute, clock } from '../words/format.ts';
import { decidedWords, hasExpired, timeLeft } from './approval-words.ts';

interface ApprovalCardProps {
  id: string;
  now: number;
  mayAct: boolean;
}

/** What a person is asked, exactly, and the decision in place. Afterwards it stays, with who and when. */
export function ApprovalCard({ id, ...rest }: ApprovalCardProps) {
  // Below 'step', so that whatever happens in the tree has it read again.
  const { data, error, refetch } = useQuery({
    queryKey: ['step', 'approval', id],
    queryFn: () => api.approvals.read(id),
  });
  if (data)
    return data.status === 'requested' ? <Open approval={data} {...rest} /> : <Decided approval={data} />;
  if (error) {
    return (
      <section className="card">
        <LoadFailed what="the approval" error={error} retry={() => void refetch()} />
      </section>
    );
  }
  return (
    <section className="card pv late" aria-hidden="true">
      <span className="sk" style={{ width: '46%' }} />
      <span className="sk" style={{ width: '80%' }} />
    </section>
  );
}

type Verb = 'approve' | 'deny';

function useDecision({ id }: Approval) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, note }: { verb: Verb; note: string }) =>
      api.approvals[verb](id, note.trim() === '' ? undefined : note.trim()),
    // Also after a refusal: somebody else may have decided, or it has expired.
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['step', 'approval', id] }),
        queries.invalidateQueries({ queryKey: ['tree'] }),
      ]),
  });
}

function Open({ approval, now, mayAct }: { approval: Approval; now: number; mayAct: boolean }) {
  const ids = useId();
  const [note, setNote] = useState('');
  const decision = useDecision(approval);
  const late = hasExpired(approval, now);
  const may = mayAct && !late && !decision.isPending;
  const decide = (verb: Verb) => decision.mutate({ verb, note });
  const onKey = (event: KeyboardEvent) => {
    if (!may || event.repeat || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target))
      return;
    const verb = ({ a: 'approve', d: 'deny' } as const)[event.key.toLowerCase()];
    if (verb === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    decide(verb);
  };
  return (
    <section className="card ap" tabIndex={0} aria-labelledby={`${ids}title`} onKeyDown={onKey}>
      <div className="hd">
        <StatusIcon status="waiting" />
        <h2 id={`${ids}title`} className="grow">
          Approve: {approval.title}
        </h2>
        <Expiry approval={approval} now={now} />
      </div>
      {approval.details && <p className="bd details">{approval.details}</p>}
      {mayAct ? (
        <div className="acts">
          <label className="vh" htmlFor={`${ids}note`}>
            Note
          </label>
          <input
            id={`${ids}note`}
            className="inp"
            maxLength={2000}
            placeholder="Note (optional; wanted when you deny)"
            value={note}
            disabled={late}
            onChange={(event) => setNote(event.target.value)}
          />
          <DecisionButton verb="deny" decision={decision} may={may} decide={decide} />
          <DecisionButton verb="approve" decision={decision} may={may} decide={decide} />
        </div>
      ) : (
        <p className="bd ts t2">You look on here: a viewer cannot decide.</p>
      )}
      {decision.error && (
        <p className="bd ts s-failed" role="alert">
          {decision.error.message}
        </p>
      )}
    </section>
  );
}

const said = {
  approve: { word: 'Approve', busy: 'Approving', look: 'pri' },
  deny: { word: 'Deny', busy: 'Denying', look: 'danger' },
} as const;

interface DecisionButtonProps {
  verb: Verb;
  decision: ReturnType<typeof useDecision>;
  may: boolean;
  decide: (verb: Verb) => void;
}

function DecisionButton({ verb, decision, may, decide }: DecisionButtonProps) {
  const { word, busy, look } = said[verb];
  const busyHere = decision.isPending && decision.variables.verb === verb;
  return (
    <button type="button" className={`btn ${look}`} disabled={!may} onClick={() => decide(verb)}>
      {busyHere ? busy : word}
      <kbd className="kbd" aria-hidden="true">
        {word.charAt(0)}
      </kbd>
    </button>
  );
}

function Expiry({ approval: { expiresAt }, now }: { approval: Approval; now: number }) {
  if (expiresAt === null) return null;
  const left = timeLeft(expiresAt, now);
  return (
    <time className="row ts t2 nw tn" dateTime={expiresAt} title={absolute(expiresAt)}>
      <Icon name="clock" small />
      {left === null ? `Expired at ${clock(expiresAt)}` : `${left} left, until ${clock(expiresAt)}`}
    </time>
  );
}

function Decided({ approval }: { approval: Approval }) {
  const ids = useId();
  const session = useQueryClient().getQueryData<Session>(['session']);
  const { icon, verb, about } = decidedWords(approval, session?.principal.id);
  return (
    <section className="card" aria-labelledby={`${ids}title`}>
      <div className="sr">
        <StatusIcon status={icon} silent />
        <div className="grow">
          <h2 id={`${ids}title`} className="dec">
            <b className="fs">{verb}</b> {approval.title}
          </h2>
          <p className="ts t2" title={approval.decidedAt === null ? undefined : absolute(approval.decidedAt)}>
            {about}
          </p>
          {approval.details && (
            <details className="more">
              <summary className="ts t2">What was asked</summary>
              <p className="details">{approval.details}</p>
            </details>
          )}
        </div>
      </div>
    </section>
  );
}
