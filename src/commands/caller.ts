import { AppError } from '../errors.ts';

/** Who stands at the desk. Commands run inside `db.inWorkspace({ workspaceId, actor: principalId })`. */
export interface Caller {
  workspaceId: string;
  principalId: string;
  role: 'owner' | 'operator' | 'viewer';
  /** The key acts for this agent. */
  agentId?: string | null;
}

export function requireOperator(caller: Caller): void {
  if (caller.role === 'viewer') throw new AppError('forbidden', 'This needs the role operator or owner.');
}

export function requireOwner(caller: Caller): void {
  if (caller.role !== 'owner') throw new AppError('forbidden', 'This needs the role owner.');
}

/** What guards agents is not theirs to change, whatever role their key has. */
export function requireNotAgent(caller: Caller): void {
  if (caller.agentId)
    throw new AppError('forbidden', 'This key acts for an agent: what agents ask, people decide.');
}
