import { EntitySchema } from 'typeorm';

export interface TranscriptEntryRow {
  taskId: string;
  seq: number;
  workspaceId: string;
  attempt: number;
  turn: number;
  role: string;
  content: unknown;
  hash: string;
  /** Estimated; what a model makes of it is learned (core/context/calibration.ts). */
  tokens: number;
  createdAt: Date;
}

export const TranscriptEntryMapping = new EntitySchema<TranscriptEntryRow>({
  name: 'TranscriptEntry',
  tableName: 'transcript',
  columns: {
    taskId: { type: 'text', primary: true },
    seq: { type: 'integer', primary: true },
    workspaceId: { type: 'text' },
    attempt: { type: 'integer' },
    turn: { type: 'integer' },
    role: { type: 'text' },
    content: { type: 'jsonb' },
    hash: { type: 'text' },
    tokens: { type: 'integer', default: 0 },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] }],
});
