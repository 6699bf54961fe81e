import { EntitySchema } from 'typeorm';
import type { BudgetScope } from '../../contracts/budget.ts';
import { bigint } from '../bigint.ts';

export interface BudgetRow {
  id: string;
  workspaceId: string;
  scope: BudgetScope;
  /** The root task, the agent, or the workspace itself. */
  subjectId: string;
  limitMicroUsd: number | null;
  limitTokens: number | null;
  /** What was added since; a workspace's lapses with the day. */
  extraMicroUsd: number;
  extraTokens: number;
  spentMicroUsd: number;
  spentTokens: number;
  reservedMicroUsd: number;
  reservedTokens: number;
  warned: number;
  /** Since when somebody is parked for want of it. */
  exhaustedAt: Date | null;
  /** A workspace's: the day in UTC that the sums are of. */
  day: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const sum = { type: 'bigint', default: 0, transformer: bigint } as const;

export const BudgetMapping = new EntitySchema<BudgetRow>({
  name: 'Budget',
  tableName: 'budgets',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    scope: { type: 'text' },
    subjectId: { type: 'text' },
    limitMicroUsd: { type: 'bigint', nullable: true, transformer: bigint },
    limitTokens: { type: 'bigint', nullable: true, transformer: bigint },
    extraMicroUsd: sum,
    extraTokens: sum,
    spentMicroUsd: sum,
    spentTokens: sum,
    reservedMicroUsd: sum,
    reservedTokens: sum,
    warned: { type: 'integer', default: 0 },
    exhaustedAt: { type: 'timestamptz', nullable: true },
    day: { type: 'date', nullable: true },
    version: { type: 'integer', default: 1 },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'budgets_subject', columns: ['workspaceId', 'scope', 'subjectId'], unique: true }],
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
