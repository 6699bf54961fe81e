import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { RetryRun } from '../../../src/contracts/run.ts';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { Field, problemAt } from '../shell/field.tsx';
import type { PlanRow } from './plan-rows.ts';

const ended = new Set<string>(['failed', 'cancelled']);
const again = new Set<string>(['failed', 'cancelled', 'completed']);

/** The server takes a retry of a run that failed or was cancelled, from any step that it had. */
export function mayRetry({ run, step }: PlanRow): boolean {
  return run !== null && ended.has(run.status) && again.has(step.status);
}

/** The step begins anew, and with it what comes after; its goal and agent may be changed for that. */
export function RetryStep({ row }: { row: PlanRow }) {
  const [open, setOpen] = useState(false);
  if (open) return <RetryForm row={row} close={() => setOpen(false)} />;
  return (
    <button type="button" className="btn sm" onClick={() => setOpen(true)}>
      <Icon name="retry" small />
      Retry from this step
    </button>
  );
}

function RetryForm({ row: { step, run, tree }, close }: { row: PlanRow; close: () => void }) {
  const planned = tree?.task.goal ?? '';
  const [goal, setGoal] = useState(planned);
  const [agentId, setAgentId] = useState('');
  const agents = useQuery({ queryKey: ['agents'], queryFn: () => api.agents.list({ pageSize: 100 }) });
  const queries = useQueryClient();
  const ids = useId();
  const retry = useMutation({
    mutationFn: (wish: RetryRun) => api.runs.retry(run?.id ?? '', wish),
    onSuccess: close,
    onSettled: () => queries.invalidateQueries({ queryKey: ['tree'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changes = {
      ...(goal.trim() === planned.trim() ? {} : { goal: goal.trim() }),
      ...(agentId === '' ? {} : { agentId }),
    };
    retry.mutate({ from: step.stepId, ...(Object.keys(changes).length > 0 ? { changes } : {}) });
  };
  const goalProblem = problemAt(retry.error, '/changes/goal');
  const agentProblem = problemAt(retry.error, '/changes/agentId');
  const operators = agents.data?.items.filter(
    (agent) => agent.role === 'master_operator' && !agent.archivedAt,
  );
  return (
    <form
      className="retry"
      aria-label="Retry from this step"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        close();
      }}
    >
      <h3>Retry from this step</h3>
      {tree && (
        <Field id={`${ids}goal`} label="Goal" problem={goalProblem}>
          {(attributes) => (
            <textarea
              {...attributes}
              className="inp"
              rows={4}
              autoFocus
              required
              value={goal}
              onChange={(event) => setGoal(event.target.value)}
            />
          )}
        </Field>
      )}
      {step.kind === 'agent' && (
        <Field id={`${ids}agent`} label="Agent" problem={agentProblem ?? agents.error?.message}>
          {(attributes) => (
            <select
              {...attributes}
              className="inp"
              value={agentId}
              onChange={(event) => setAgentId(event.target.value)}
            >
              <option value="">As planned</option>
              {operators?.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <p className="hint">This step and what comes after it run again. What finished before is reused.</p>
      {retry.error && !goalProblem && !agentProblem && (
        <p className="ts s-failed" role="alert">
          {retry.error.message}
        </p>
      )}
      <div className="row">
        <button
          type="submit"
          className="btn sm pri"
          disabled={retry.isPending || (tree !== null && goal.trim() === '')}
        >
          <Icon name="retry" small />
          {retry.isPending ? 'Retrying' : 'Retry'}
        </button>
        <button type="button" className="btn sm ghost" onClick={close}>
          Keep as it is
        </button>
      </div>
    </form>
  );
}
