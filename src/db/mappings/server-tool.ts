import { EntitySchema } from 'typeorm';
import type { Risk } from '../../contracts/tool-card.ts';
import type { FoundTool } from '../../contracts/tool-server.ts';

export interface ServerToolRow {
  serverId: string;
  name: string;
  /** As its server lists them. */
  position: number;
  /** What a person said yes to. */
  accepted: FoundTool | null;
  acceptedHash: string | null;
  acceptedBy: string | null;
  /** What its server says now; null: nothing any more. */
  found: FoundTool | null;
  foundHash: string | null;
  /** A person's word goes before the server's. */
  riskSet: Risk | null;
  /** Seconds, where a person said so for this tool. */
  timeoutSet: number | null;
  enabled: boolean;
}

export const ServerToolMapping = new EntitySchema<ServerToolRow>({
  name: 'ServerTool',
  tableName: 'server_tools',
  columns: {
    serverId: { type: 'text', primary: true },
    name: { type: 'text', primary: true },
    position: { type: 'integer' },
    accepted: { type: 'jsonb', nullable: true },
    acceptedHash: { type: 'text', nullable: true },
    acceptedBy: { type: 'text', nullable: true },
    found: { type: 'jsonb', nullable: true },
    foundHash: { type: 'text', nullable: true },
    riskSet: { type: 'text', nullable: true },
    timeoutSet: { type: 'integer', nullable: true },
    enabled: { type: 'boolean', default: true },
  },
  foreignKeys: [
    {
      target: 'ToolServer',
      columnNames: ['serverId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});
