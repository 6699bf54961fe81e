import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../shell/api.ts';
import { linkTo } from '../shell/router.ts';
import { addressOf } from './address.ts';

interface MissingAgentProps {
  taskId: string;
  rootId: string;
  mayAct: boolean;
}

/** A task that nobody is able to do: what is missing, and an agent that could do it. Nothing while somebody is only busy. */
export function MissingAgent({ taskId, rootId, mayAct }: MissingAgentProps) {
  const queries = useQueryClient();
  // The queue is told where one task is read; below 'step', so that it is read again when something happens.
  const task = useQuery({ queryKey: ['step', 'queue', taskId], queryFn: () => api.tasks.read(taskId) }).data;
  const able = task?.waiting?.nobodyAble;
  const create = useMutation({
    mutationFn: api.agents.create,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['step'] }),
  });
  if (!task || !able) return null;
  const { missing, missingTools, suggestedAgent } = able;
  const needs = [...missing.map(({ capability, level }) => `${capability} ${level}`), ...missingTools];
  return (
    <section className="card ap" aria-label={`Nobody can do: ${task.title}`}>
      <div className="bd">
        <p>
          Nobody can do{' '}
          <a className="link" {...linkTo(addressOf(rootId, task.stepKey))}>
            {task.title}
          </a>
          : it needs {needs.join(', ') || 'an agent of its own'}.
        </p>
        {create.error && (
          <p className="ts s-failed" role="alert">
            {create.error.message}
          </p>
        )}
      </div>
      {mayAct && suggestedAgent && (
        <div className="acts">
          <button
            type="button"
            className="btn pri"
            disabled={create.isPending}
            onClick={() => create.mutate(suggestedAgent)}
          >
            {create.isPending ? 'Creating' : `Create “${suggestedAgent.name}”`}
          </button>
        </div>
      )}
    </section>
  );
}
