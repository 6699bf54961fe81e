import { EntitySchema } from 'typeorm';
import { bigint } from '../bigint.ts';

export interface StreamRow {
  name: string;
  workspaceId: string;
  rootTaskId: string | null;
  lastSeq: number;
  /** The highest transaction id among its events, and how many came under it late (src/db/facts.ts). */
  lastXid: number;
  lastLate: number;
}

export const StreamMapping = new EntitySchema<StreamRow>({
  name: 'Stream',
  tableName: 'streams',
  columns: {
    name: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    rootTaskId: { type: 'text', nullable: true },
    lastSeq: { type: 'integer', default: 0 },
    lastXid: { type: 'bigint', default: 0, transformer: bigint },
    lastLate: { type: 'integer', default: 0 },
  },
  indices: [{ name: 'streams_root', columns: ['rootTaskId'] }],
});
