import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Task, TaskTree } from '../../../src/contracts/task.ts';
import type { IconName } from '../icons/shapes.tsx';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { shownStatus } from '../words/status-words.ts';

/** A goal with a plan is paused by its run; one without stops between two turns. */
export function isPaused({ task }: TaskTree): boolean {
  return shownStatus(task) === 'paused';
}

/** A call that is at work ends before its task stands still. */
function isAtWork({ task, children }: TaskTree): boolean {
  return task.status === 'in_progress' || children.some(isAtWork);
}

function useControl(taskId: string, control: (id: string) => Promise<Task>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => control(taskId),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['goals'] });
      return queries.invalidateQueries({ queryKey: ['tree', taskId] });
    },
  });
}

export function PauseTask({ tree }: { tree: TaskTree }) {
  const paused = isPaused(tree);
  const pause = useControl(tree.task.id, api.tasks.pause);
  const resume = useControl(tree.task.id, api.tasks.resume);
  const { error, mutate: act } = paused ? resume : pause;
  const busy = pause.isPending || resume.isPending;
  return (
    <>
      {paused && isAtWork(tree) && (
        <span className="ts t2 nw desk" role="status">
          Stops after the present step
        </span>
      )}
      <ControlError error={error} />
      <ControlButton
        icon={paused ? 'play' : 'pause'}
        label={paused ? 'Resume' : 'Pause'}
        busy={busy}
        act={() => act()}
      />
    </>
  );
}

export function RetryTask({ taskId }: { taskId: string }) {
  const retry = useControl(taskId, api.tasks.retry);
  return (
    <>
      <ControlError error={retry.error} />
      <ControlButton icon="retry" label="Retry" busy={retry.isPending} act={() => retry.mutate()} />
    </>
  );
}

function ControlError({ error }: { error: Error | null }) {
  return (
    error && (
      <span className="s-failed ts ell refused" role="alert" title={error.message}>
        {error.message}
      </span>
    )
  );
}

interface ControlButtonProps {
  icon: IconName;
  label: string;
  busy: boolean;
  act: () => void;
}

function ControlButton({ icon, label, busy, act }: ControlButtonProps) {
  return (
    <button
      type="button"
      className="btn sm ctl"
      // Not disabled: the button turns into its opposite, and the focus stays on it.
      aria-disabled={busy}
      aria-busy={busy}
      aria-label={label}
      onClick={() => {
        if (!busy) act();
      }}
    >
      <Icon name={icon} small />
      <span className="desk">{label}</span>
    </button>
  );
}
