import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useState } from 'react';
import type { Approval } from '../../../src/contracts/approval.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { api } from '../shell/api.ts';
import { Faults } from '../shell/faults.tsx';
import { LoadFailed } from '../shell/load-failed.tsx';
import { NoteField } from '../shell/note-field.tsx';
import { useSession } from '../shell/use-session.ts';
import { isTyping } from '../shell/use-keys.ts';
import { absolute, clock } from '../words/format.ts';
import { decidedWords, hasExpired, timeLeft } from './approval-words.ts';
import { AskedArguments, AskedCall, readArguments } from './asked-arguments.tsx';
import { FourEyes, mayNotAgree } from './four-eyes.tsx';
import { UncertainCard } from './uncertain-card.tsx';
import { type Verb, useDecision } from './use-decision.ts';

interface ApprovalCardProps {
  id: string;
  /** As a list has just told it. */
  known?: Approval;
  now: number;
  mayAct: boolean;
}

/** What a person is asked, exactly, and the decision in place. Afterwards it stays, with who and when. */
export function ApprovalCard({ id, known, ...rest }: ApprovalCardProps) {
  // Below 'step', so that whatever happens in the tree has it read again.
  const { data, error, refetch } = useQuery({
    queryKey: ['step', 'approval', id],
    queryFn: () => api.approvals.read(id),
    ...(known ? { initialData: known } : {}),
  });
  if (data) {
    if (data.status !== 'requested') return <Decided approval={data} />;
    return data.kind === 'uncertain' ? (
      <UncertainCard approval={data} mayAct={rest.mayAct} />
    ) : (
      <Open approval={data} {...rest} />
    );
  }
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

function Open({ approval, now, mayAct }: { approval: Approval; now: number; mayAct: boolean }) {
  const ids = useId();
  const [note, setNote] = useState('');
  const [edited, setEdited] = useState<string | null>(null);
  const decision = useDecision(approval.id);
  const me = useSession()?.principal.id;
  const others = mayNotAgree(approval, me);
  const late = hasExpired(approval, now);
  const may = mayAct && !late;
  const read = edited === null ? null : readArguments(edited);
  const decide = (verb: Verb) => {
    if (decision.isPending) return;
    if (verb === 'approve' && (others || (read && 'problem' in read))) return;
    const changed = verb === 'approve' && read && 'value' in read ? { arguments: read.value } : {};
    decision.mutate({ verb, note, ...changed });
  };
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
      <Asked approval={approval} edited={edited} edit={setEdited} mayAct={mayAct && !late} />
      {approval.fourEyes && <FourEyes approval={approval} me={me} />}
      {mayAct ? (
        <div className="acts">
          <NoteField
            label="Note"
            placeholder="Note (optional; say why when you deny)"
            maxLength={2000}
            value={note}
            disabled={late}
            change={setNote}
          />
          <DecisionButton verb="deny" decision={decision} may={may} decide={decide} />
          <DecisionButton verb="approve" decision={decision} may={may && !others} decide={decide} />
        </div>
      ) : (
        <p className="bd ts t2">Viewers see this; operators and owners decide.</p>
      )}
      <Faults error={decision.error} problem={read && 'problem' in read ? read.problem : null} />
    </section>
  );
}

interface AskedProps {
  approval: Approval;
  edited: string | null;
  edit: (text: string | null) => void;
  mayAct: boolean;
}

/** Exactly what is asked: the words of a step, or the call with its arguments, which may be changed. */
function Asked({ approval, edited, edit, mayAct }: AskedProps) {
  const ids = useId();
  if (approval.kind === 'step') return approval.details && <p className="bd details">{approval.details}</p>;
  const args = approval.editedArguments ?? approval.arguments ?? {};
  return (
    <div className="bd asked">
      <AskedCall approval={approval} />
      {edited === null ? (
        <AskedArguments args={args} />
      ) : (
        <>
          <label className="vh" htmlFor={ids}>
            Arguments
          </label>
          <textarea
            id={ids}
            className="inp mono"
            rows={8}
            autoFocus
            value={edited}
            onChange={({ target }) => edit(target.value)}
          />
        </>
      )}
      {mayAct && (
        <button
          type="button"
          className="btn sm"
          onClick={() => edit(edited === null ? JSON.stringify(args, null, 2) : null)}
        >
          {edited === null ? 'Edit arguments' : 'Keep as asked'}
        </button>
      )}
    </div>
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
    // Once more after a refusal: a button that was disabled meanwhile would have lost the focus.
    <button
      type="button"
      className={`btn ${look}`}
      disabled={!may}
      aria-disabled={decision.isPending}
      onClick={() => decide(verb)}
    >
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
  const { icon, verb, what, about } = decidedWords(approval, useSession()?.principal.id);
  return (
    <section className="card" aria-labelledby={`${ids}title`}>
      <div className="sr">
        <StatusIcon status={icon} silent />
        <div className="grow">
          <h2 id={`${ids}title`} className="dec">
            <b className="fs">{verb}</b> {what}
          </h2>
          <p className="ts t2" title={approval.decidedAt === null ? undefined : absolute(approval.decidedAt)}>
            {about}
          </p>
          {(approval.details || approval.arguments) && (
            <details className="more">
              <summary className="ts t2">
                {approval.editedArguments ? 'What was agreed to, changed' : 'What was asked'}
              </summary>
              {approval.details && <p className="details">{approval.details}</p>}
              {approval.arguments && <AskedArguments args={approval.editedArguments ?? approval.arguments} />}
            </details>
          )}
        </div>
      </div>
    </section>
  );
}
