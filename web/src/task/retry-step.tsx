import { useState } from 'react';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { useFocusBack } from '../shell/use-focus-back.ts';
import type { PlanRow } from './plan-rows.ts';
import { StepForm } from './step-form.tsx';

const ended = new Set<string>(['failed', 'cancelled']);
const again = new Set<string>(['failed', 'cancelled', 'completed']);

/** The server takes a retry of a run that failed or was cancelled, from any step that it had; a nested one is retried by the step above. */
export function mayRetry({ run, step }: PlanRow): boolean {
  return run !== null && run.parentRunId === null && ended.has(run.status) && again.has(step.status);
}

/** The step begins anew, and with it what comes after; what it is given may be changed for that. */
export function RetryStep({ row }: { row: PlanRow }) {
  const [open, setOpen] = useState(false);
  const opener = useFocusBack(open);
  const { step, run } = row;
  if (!open) {
    return (
      <button ref={opener} type="button" className="btn sm" onClick={() => setOpen(true)}>
        <Icon name="retry" small />
        Retry from this step
      </button>
    );
  }
  return (
    <StepForm
      row={row}
      title="Retry from this step"
      hint="This step and what comes after it run again. What finished before is reused."
      icon="retry"
      words={{ act: 'Retry', busy: 'Retrying' }}
      mayBeEmpty
      at="/changes"
      submit={(changes) =>
        api.runs.retry(run?.id ?? '', {
          from: step.key,
          ...(Object.keys(changes).length > 0 ? { changes } : {}),
        })
      }
      close={() => setOpen(false)}
    />
  );
}
