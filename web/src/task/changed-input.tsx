import type { StepChanges } from '../../../src/contracts/run.ts';
import { useAgents } from '../agents/use-agents.ts';
import { AskedArguments } from '../approval/asked-arguments.tsx';

/** What a person changed in this step of this run; the rest is as planned. */
export function ChangedInput({ changes }: { changes: StepChanges }) {
  const agents = useAgents();
  const { agentId, with: given = {}, ...rest } = changes;
  const name = agents.data?.items.find(({ id }) => id === agentId)?.name ?? agentId;
  const shown = { ...rest, ...(name === undefined ? {} : { agent: name }), ...given };
  return (
    <section className="sec ts" aria-label="Changed for this run">
      <h3>Changed for this run</h3>
      <AskedArguments args={shown} />
    </section>
  );
}
