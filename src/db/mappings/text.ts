import { EntitySchema } from 'typeorm';

/** A text that prompts are made of and that stands nowhere else: kept once per workspace, named by its sha256. */
export interface TextRow {
  workspaceId: string;
  hash: string;
  text: string;
  createdAt: Date;
}

export const TextMapping = new EntitySchema<TextRow>({
  name: 'Text',
  tableName: 'texts',
  columns: {
    workspaceId: { type: 'text', primary: true },
    hash: { type: 'text', primary: true },
    text: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
