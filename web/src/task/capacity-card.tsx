import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AgentSpec } from '../../../src/contracts/agent.ts';
import type { Task } from '../../../src/contracts/task.ts';
import { api } from '../shell/api.ts';
import { linkTo } from '../shell/router.ts';
import { addressOf } from './address.ts';
import { HeldCard } from './held-card.tsx';

interface CapacityCardProps {
  task: Task;
  now: number;
  mayAct: boolean;
}

/**
 * A task that waits for an agent. Where nobody is able: what is missing, and an agent that could do it. Where somebody is only busy:
 * its place in the queue; of a step the plan says that already.
 */
export function CapacityCard({ task, now, mayAct }: CapacityCardProps) {
  // The queue is told where one task is read; below 'step', so that it is read again when something happens.
  const queue = useQuery({ queryKey: ['step', 'queue', task.id], queryFn: () => api.tasks.read(task.id) });
  if (queue.isPending) return null;
  const { detail, position, nobodyAble } = queue.data?.waiting ?? task.waiting ?? {};
  const isStep = task.id !== task.rootId;
  if (isStep && !nobodyAble) return null;
  const title = nobodyAble
    ? `Nobody can do ${isStep ? `“${task.title}”` : 'this'}`
    : 'Waits for a free agent';
  return (
    <HeldCard title={title} task={task} now={now}>
      <div className="bd">
        <p>{detail}</p>
        {position && !nobodyAble && <p className="t2 ts tn">Place {position} in the queue.</p>}
        {isStep && (
          <p className="ts">
            <a className="link" {...linkTo(addressOf(task.rootId, task.stepKey))}>
              Open the step
            </a>
          </p>
        )}
      </div>
      {mayAct && nobodyAble?.suggestedAgent && <CreateAgent spec={nobodyAble.suggestedAgent} />}
    </HeldCard>
  );
}

function CreateAgent({ spec }: { spec: AgentSpec }) {
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: api.agents.create,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['agents'] });
      return queries.invalidateQueries({ queryKey: ['step'] });
    },
  });
  const can = spec.capabilities.map(({ name, level }) => `${name} ${level}`).join(', ');
  return (
    <div className="acts">
      <p className="ts t2 grow">
        {create.error ? (
          <span className="s-failed" role="alert">
            {create.error.message}
          </span>
        ) : (
          `A ${spec.role === 'chief_of_staff' ? 'Chief of Staff' : 'Master Operator'}${can && ` with ${can}`}; the task goes to it at once.`
        )}
      </p>
      <button
        type="button"
        className="btn pri"
        disabled={create.isPending || create.isSuccess}
        onClick={() => create.mutate(spec)}
      >
        {create.isPending ? 'Creating' : `Create “${spec.name}”`}
      </button>
    </div>
  );
}
