import { EntitySchema } from 'typeorm';

export interface StreamRow {
  name: string;
  workspaceId: string;
  rootTaskId: string | null;
  lastSeq: number;
}

export const StreamMapping = new EntitySchema<StreamRow>({
  name: 'Stream',
  tableName: 'streams',
  columns: {
    name: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    rootTaskId: { type: 'text', nullable: true },
    lastSeq: { type: 'integer', default: 0 },
  },
  indices: [
    { name: 'streams_root', columns: ['rootTaskId'] },
  ],
});
