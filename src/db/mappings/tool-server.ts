import { EntitySchema } from 'typeorm';
import type { ToolServerTarget } from '../../contracts/tool-server.ts';

export interface ToolServerRow {
  id: string;
  workspaceId: string;
  name: string;
  target: ToolServerTarget;
  enabled: boolean;
  /** That a call of its tools may take. */
  timeoutSeconds: number;
  /** What went wrong when it was asked last, or what of its list is not here. */
  problem: string | null;
  actor: string;
  version: number;
  checkedAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

export const ToolServerMapping = new EntitySchema<ToolServerRow>({
  name: 'ToolServer',
  tableName: 'tool_servers',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    name: { type: 'text' },
    target: { type: 'jsonb' },
    enabled: { type: 'boolean', default: true },
    timeoutSeconds: { type: 'integer', default: 60 },
    problem: { type: 'text', nullable: true },
    actor: { type: 'text' },
    version: { type: 'integer', default: 1 },
    checkedAt: { type: 'timestamptz', default: () => 'now()' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'tool_servers_name', columns: ['workspaceId', 'name'], unique: true }],
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
