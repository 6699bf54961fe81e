import type { AgentRef } from '../../../src/contracts/task.ts';

/** A monogram without colour; only the Chief of Staff's is filled. The name stands beside it. */
export function AgentTile({ agent, small }: { agent: Pick<AgentRef, 'name' | 'role'>; small?: boolean }) {
  const chief = agent.role === 'chief_of_staff';
  return (
    <span className={`av${chief ? ' cos' : ''}${small ? ' s16' : ''}`} aria-hidden="true">
      {monogram(agent.name)}
    </span>
  );
}

/** Two of the first agents begin alike. */
const known: Record<string, string> = { Reviewer: 'Rv' };

function monogram(name: string): string {
  const short = known[name];
  if (short !== undefined) return short;
  const words = name.split(/\s+/).filter((word) => /^[A-Z]/.test(word));
  const [first = name, second] = words;
  return second === undefined ? first.slice(0, 2) : `${first[0]}${second[0]}`;
}
