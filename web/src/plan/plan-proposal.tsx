import { useId, useState } from 'react';
import type { PlanView } from '../../../src/contracts/plan.ts';
import { isApiProblem } from '../../../client/index.ts';
import { StatusIcon } from '../icons/status.tsx';
import { Faults } from '../shell/faults.tsx';
import { LoadFailed } from '../shell/load-failed.tsx';
import { NoteField } from '../shell/note-field.tsx';
import { plural } from '../words/format.ts';
import { readArguments } from '../approval/asked-arguments.tsx';
import { ProposedSteps } from './proposed-steps.tsx';
import { useDecidePlan, usePlan } from './use-plan.ts';

const questions = {
  first: 'Accept this plan?',
  revision: 'Accept the new rest of this plan?',
  correction: 'Have these steps done again?',
} as const;

interface PlanProposalProps {
  taskId: string;
  mayAct: boolean;
}

/** A plan that waits for a person: accepted as it is or edited, or sent back with a reason. */
export function PlanProposal({ taskId, mayAct }: PlanProposalProps) {
  const plan = usePlan(taskId);
  if (plan.data?.status === 'proposed') return <Proposal taskId={taskId} plan={plan.data} mayAct={mayAct} />;
  // What it waits for is a tool call, whose card stands above.
  if (!plan.error || (isApiProblem(plan.error) && plan.error.status === 404)) return null;
  return (
    <section className="card">
      <LoadFailed what="the plan" error={plan.error} retry={() => void plan.refetch()} />
    </section>
  );
}

function Proposal({ taskId, plan, mayAct }: PlanProposalProps & { plan: PlanView }) {
  const ids = useId();
  // Of the plan that was edited: another one may come meanwhile.
  const [edit, setEdit] = useState<{ n: number; text: string } | null>(null);
  const edited = edit?.text ?? null;
  const n = edit?.n ?? plan.n;
  const [reason, setReason] = useState('');
  const decide = useDecidePlan(taskId);
  const read = edited === null ? null : readArguments(edited);
  const broken = read && 'problem' in read ? read.problem : null;
  const accept = () => {
    if (!broken && !decide.isPending)
      decide.mutate({ n, ...(read && 'value' in read ? { definition: read.value } : {}) });
  };
  const sendBack = () => {
    if (!decide.isPending) decide.mutate({ n, reason: reason.trim() });
  };
  const before = plan.history.filter(({ status }) => status === 'rejected').length;
  const proposal = plan.history.findLast(({ status }) => status === 'proposed');
  return (
    <section className="card ap" aria-labelledby={`${ids}title`}>
      <div className="hd">
        <StatusIcon status="waiting" />
        <h2 id={`${ids}title`} className="grow">
          {questions[proposal?.kind ?? 'first']} {plan.definition.name}
        </h2>
        <span className="ts t2 nw">{plural(plan.definition.steps.length, 'step')}</span>
      </div>
      <div className="bd asked">
        {before > 0 && <p className="ts t2">{plural(before, 'earlier plan')} sent back.</p>}
        {plan.reason && <p className="t2">{plan.reason}</p>}
        {edited === null ? (
          <ProposedSteps definition={plan.definition} proposal={proposal} />
        ) : (
          <>
            <label className="vh" htmlFor={`${ids}edit`}>
              Plan as JSON
            </label>
            <textarea
              id={`${ids}edit`}
              className="inp mono"
              rows={16}
              autoFocus
              value={edited}
              onChange={({ target }) => setEdit({ n, text: target.value })}
            />
          </>
        )}
        {mayAct && (
          <button
            type="button"
            className="btn sm"
            onClick={() => setEdit(edit ? null : { n, text: JSON.stringify(plan.definition, null, 2) })}
          >
            {edited === null ? 'Edit plan' : 'Keep as proposed'}
          </button>
        )}
      </div>
      {mayAct && (
        <div className="acts">
          <NoteField
            label="What is wrong with it"
            placeholder="What is wrong with it (needed to send it back)"
            maxLength={5000}
            value={reason}
            change={setReason}
          />
          <button
            type="button"
            className="btn danger"
            disabled={reason.trim() === ''}
            aria-disabled={decide.isPending}
            onClick={sendBack}
          >
            Send back
          </button>
          <button type="button" className="btn pri" aria-disabled={decide.isPending} onClick={accept}>
            {decide.isPending ? 'Deciding' : 'Accept'}
          </button>
        </div>
      )}
      <Faults error={decide.error} problem={broken} />
    </section>
  );
}
