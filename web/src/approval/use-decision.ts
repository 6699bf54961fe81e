import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../shell/api.ts';

export type Verb = 'approve' | 'deny';

export interface Decision {
  verb: Verb;
  note: string;
  /** Of a tool call: run it with these instead. */
  arguments?: Record<string, unknown>;
}

/** Decides one approval. Whatever the answer, what is shown is read again: somebody else may have decided, or it has expired. */
export function useDecision(id: string) {
  const again = useReadAgain();
  return useMutation({
    mutationFn: ({ verb, note, arguments: edited }: Decision) => {
      const said = note.trim() === '' ? undefined : note.trim();
      return verb === 'deny' ? api.approvals.deny(id, said) : api.approvals.approve(id, said, edited);
    },
    onSettled: again,
  });
}

/** What a person says of a call of which nobody knows: what became of it, or what shall be done about it. */
export type Answer = 'happened' | 'not' | 'again' | 'leave';

export function useUncertain(id: string) {
  const again = useReadAgain();
  return useMutation({
    mutationFn: ({ answer, note }: { answer: Answer; note: string }) => {
      const said = note.trim() === '' ? undefined : note.trim();
      if (answer === 'again') return api.approvals.approve(id, said);
      if (answer === 'leave') return api.approvals.deny(id, said);
      return api.approvals.sayHappened(id, answer === 'happened', said);
    },
    onSettled: again,
  });
}

function useReadAgain() {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['step'] }),
      queries.invalidateQueries({ queryKey: ['tree'] }),
    ]);
}
