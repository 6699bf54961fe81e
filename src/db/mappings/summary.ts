import { EntitySchema } from 'typeorm';

/** What stands in a prompt for the entries `fromSeq` to `toSeq` of an attempt's transcript. The text is in `texts`. */
export interface SummaryRow {
  taskId: string;
  attempt: number;
  toSeq: number;
  fromSeq: number;
  workspaceId: string;
  hash: string;
  tokens: number;
  /** The model call that wrote it; null: heads and tails, put together without a model. */
  callId: string | null;
  createdAt: Date;
}

export const SummaryMapping = new EntitySchema<SummaryRow>({
  name: 'Summary',
  tableName: 'summaries',
  columns: {
    taskId: { type: 'text', primary: true },
    attempt: { type: 'integer', primary: true },
    toSeq: { type: 'integer', primary: true },
    fromSeq: { type: 'integer' },
    workspaceId: { type: 'text' },
    hash: { type: 'text' },
    tokens: { type: 'integer' },
    callId: { type: 'text', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] }],
});
