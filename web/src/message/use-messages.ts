import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../shell/api.ts';

/** What one task was told and what its agent wrote, the newest 200, the oldest of them first. Below 'step', so that whatever happens in the tree has it read again. */
export function useTaskMessages(taskId: string) {
  return useQuery({
    queryKey: ['step', 'messages', taskId],
    queryFn: async () => {
      const page = await api.tasks.messages(taskId, { pageSize: 200, orderBy: 'acceptedAt desc' });
      return { ...page, items: page.items.toReversed() };
    },
  });
}

/** What people are asked and have not answered, in the whole workspace. */
export function useQuestions() {
  return useQuery({
    queryKey: ['step', 'questions'],
    queryFn: () =>
      api.messages.list({ filter: 'to.kind == "person" && open', orderBy: 'acceptedAt', pageSize: 200 }),
  });
}

/** Steers a task, or answers what was asked. */
export function useSend() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ text, ...where }: { text: string } & ({ taskId: string } | { replyTo: string })) =>
      'taskId' in where
        ? api.tasks.tell(where.taskId, { content: { text } })
        : api.messages.send({ replyTo: where.replyTo, content: { text } }),
    // Also after a refusal: somebody else may have answered, or the task has ended.
    onSettled: () => readAgain(queries),
  });
}

/** Takes back what nobody has read. */
export function useWithdraw() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.messages.withdraw(id),
    onSettled: () => readAgain(queries),
  });
}

function readAgain(queries: QueryClient) {
  return Promise.all([
    queries.invalidateQueries({ queryKey: ['step'] }),
    queries.invalidateQueries({ queryKey: ['tree'] }),
  ]);
}
