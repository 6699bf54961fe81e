import { EntitySchema } from 'typeorm';
import type { RuleTerms } from '../../contracts/approval-rule.ts';

export interface ApprovalRuleRow {
  id: string;
  workspaceId: string;
  name: string;
  agentId: string | null;
  terms: RuleTerms;
  version: number;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
}

export const ApprovalRuleMapping = new EntitySchema<ApprovalRuleRow>({
  name: 'ApprovalRule',
  tableName: 'approval_rules',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    name: { type: 'text' },
    agentId: { type: 'text', nullable: true },
    terms: { type: 'jsonb' },
    version: { type: 'integer', default: 1 },
    createdBy: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'approval_rules_workspace', columns: ['workspaceId', 'id'] }],
  foreignKeys: [
    { target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] },
    { target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] },
  ],
});
