import { useQuery } from '@tanstack/react-query';
import { api } from '../shell/api.ts';
import { ApprovalCard } from './approval-card.tsx';

interface TreeApprovalsProps {
  rootTaskId: string;
  now: number;
  mayAct: boolean;
}

/** Everything that people were asked to agree to in a tree, at any depth, in the order in which it was asked. */
export function TreeApprovals({ rootTaskId, now, mayAct }: TreeApprovalsProps) {
  const { data } = useTreeApprovals(rootTaskId);
  return data?.items.map((approval) => (
    <ApprovalCard key={approval.id} id={approval.id} known={approval} now={now} mayAct={mayAct} />
  ));
}

/** Below 'step', so that whatever happens in the tree has it read again. */
export function useTreeApprovals(rootTaskId: string) {
  return useQuery({
    queryKey: ['step', 'approvals', rootTaskId],
    queryFn: () =>
      api.approvals.list({ filter: `rootTaskId == "${rootTaskId}"`, orderBy: 'requestedAt', pageSize: 100 }),
  });
}
