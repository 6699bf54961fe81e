import { useQuery } from '@tanstack/react-query';
import type { Approval } from '../../../src/contracts/approval.ts';
import type { Page } from '../../../src/contracts/page.ts';
import type { Task } from '../../../src/contracts/task.ts';
import { useQuestions } from '../message/use-messages.ts';
import { useToolChanges } from '../tools/use-tool-changes.ts';
import { api } from '../shell/api.ts';

/** What waits for a person in the whole workspace. */
export function useInbox() {
  const approvals = useQuery({
    queryKey: ['step', 'inbox', 'approvals'],
    queryFn: () =>
      api.approvals.list({ filter: 'status == "requested"', orderBy: 'requestedAt', pageSize: 200 }),
  });
  const questions = useQuestions();
  const held = useQuery({
    queryKey: ['step', 'inbox', 'held'],
    queryFn: () =>
      api.tasks.list({
        filter:
          'status == "waiting" && (waitingFor in ["approval", "person", "budget", "model"] || nobodyAble)',
        orderBy: 'createdAt desc',
        pageSize: 200,
      }),
  });
  const tools = useToolChanges();
  const [asked, said] = [approvals.data?.items ?? [], questions.data?.items ?? []];
  const tasks = (held.data?.items ?? []).filter((task) => needsPerson(task, asked));
  // Nobody goes through more than are shown; how many there are is said.
  const unseen = beyond(approvals.data) + beyond(questions.data);
  return {
    approvals: asked,
    questions: said,
    tasks,
    tools: tools.data ?? [],
    count: asked.length + said.length + tasks.length + (tools.data?.length ?? 0) + unseen,
    error: approvals.error ?? questions.error ?? held.error ?? tools.error,
    pending: approvals.isPending || questions.isPending || held.isPending,
    again: () => Promise.all([approvals, questions, held, tools].map(({ refetch }) => refetch())),
  };
}

function beyond(page: Page<unknown> | undefined): number {
  return page ? page.totalSize - page.items.length : 0;
}

const actedOnAtTheGoal = new Set<string>(['budget', 'model', 'capacity']);

/** A guard, a budget, a missing model or agent, a plan. What is asked by a card of its own is not named twice. */
function needsPerson({ id, guard, waiting }: Task, asked: readonly Approval[]): boolean {
  if (guard || (waiting && actedOnAtTheGoal.has(waiting.for))) return true;
  return waiting?.for === 'approval' && !asked.some(({ taskId }) => taskId === id);
}
