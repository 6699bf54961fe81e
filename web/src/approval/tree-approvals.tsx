import { useQuery } from '@tanstack/react-query';
import { api } from '../shell/api.ts';
import { PartFailed } from '../shell/load-failed.tsx';
import { ApprovalCard } from './approval-card.tsx';

interface TreeApprovalsProps {
  rootTaskId: string;
  now: number;
  mayAct: boolean;
}

/** Everything that people were asked to agree to in a tree, at any depth: the newest 200, in the order in which it was asked. */
export function TreeApprovals({ rootTaskId, now, mayAct }: TreeApprovalsProps) {
  const found = useTreeApprovals(rootTaskId);
  return (
    <>
      <PartFailed what="the approvals" found={found} />
      {found.data?.items.map((approval) => (
        <ApprovalCard key={approval.id} id={approval.id} known={approval} now={now} mayAct={mayAct} />
      ))}
    </>
  );
}

/** Below 'step', so that whatever happens in the tree has it read again. */
export function useTreeApprovals(rootTaskId: string) {
  return useQuery({
    queryKey: ['step', 'approvals', rootTaskId],
    queryFn: async () => {
      const filter = `rootTaskId == "${rootTaskId}"`;
      const page = await api.approvals.list({ filter, orderBy: 'requestedAt desc', pageSize: 200 });
      return { ...page, items: page.items.toReversed() };
    },
  });
}
