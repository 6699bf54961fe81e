import type { PlanChanges, PlanProposal } from '../../../src/contracts/plan.ts';
import { StatusIcon } from '../icons/status.tsx';
import { absolute, age, plural } from '../words/format.ts';
import type { AnyStatus } from '../words/status-words.ts';
import { usePlan } from './use-plan.ts';

/** How the plan came to be what it is: what was sent back, changed and corrected, and why. Nothing for a plan that simply stood. */
export function PlanHistory({ taskId, now }: { taskId: string; now: number }) {
  const history = usePlan(taskId).data?.history ?? [];
  const lines = history.flatMap((proposal, index) => {
    const line = lineOf(proposal, index === history.length - 1);
    return line ? [{ proposal, ...line }] : [];
  });
  if (lines.length === 0) return null;
  return (
    <section className="card" aria-labelledby="plan-history">
      <div className="hd">
        <h2 id="plan-history">Changes of the plan</h2>
      </div>
      <ol className="bd hist">
        {lines.map(({ proposal, icon, title, about }) => (
          <li key={proposal.n} className="row top">
            <StatusIcon status={icon} silent />
            <div className="grow">
              <p className="fm">{title}</p>
              {about.map((text) => (
                <p key={text} className="ts t2">
                  {text}
                </p>
              ))}
            </div>
            <time className="ts t3 nw" dateTime={proposal.createdAt} title={absolute(proposal.createdAt)}>
              {age(proposal.createdAt, now)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Line {
  icon: AnyStatus;
  title: string;
  about: string[];
}

function lineOf(proposal: PlanProposal, newest: boolean): Line | null {
  const { kind, status, edited, reason, note, changes, corrections } = proposal;
  const why = [reason, note ? `“${note}”` : ''].filter((text) => text !== '');
  switch (status) {
    case 'rejected':
      return { icon: 'cancelled', title: 'A plan was sent back', about: [note ? `“${note}”` : reason] };
    case 'withdrawn':
      return { icon: 'cancelled', title: 'A plan was taken back before it was accepted', about: why };
    case 'declined':
      return { icon: 'cancelled', title: 'It stays with the plan', about: why };
    case 'wanted':
      return {
        icon: newest ? 'in_progress' : 'completed',
        title: newest ? 'A new rest of the plan is being made' : 'A new rest of the plan was wanted',
        about: why,
      };
    case 'proposed':
      return null;
    default:
  }
  if (kind === 'correction') {
    const wrong = (corrections ?? []).map(({ step, note: what }) => `${step}: ${what}`);
    return { icon: 'completed', title: 'The result was corrected once', about: [...why, ...wrong] };
  }
  if (kind === 'revision')
    return { icon: 'completed', title: `The rest of the plan is new${changed(changes)}`, about: why };
  return edited
    ? { icon: 'completed', title: 'Accepted as a person edited it', about: note ? [`“${note}”`] : [] }
    : null;
}

/** `: 2 steps added, 1 removed, 3 kept`. */
export function changed(changes: PlanChanges | null): string {
  if (!changes) return '';
  const { added, removed, kept } = changes;
  return `: ${plural(added.length, 'step')} added, ${removed.length} removed, ${kept.length} kept`;
}
