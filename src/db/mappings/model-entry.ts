import { EntitySchema } from 'typeorm';
import type { SetModel } from '../../contracts/model.ts';

/** What a workspace says about a model instead of the catalogue. */
export interface ModelEntryRow {
  workspaceId: string;
  provider: string;
  model: string;
  entry: SetModel;
  actor: string;
  updatedAt: Date;
}

export const ModelEntryMapping = new EntitySchema<ModelEntryRow>({
  name: 'ModelEntry',
  tableName: 'model_entries',
  columns: {
    workspaceId: { type: 'text', primary: true },
    provider: { type: 'text', primary: true },
    model: { type: 'text', primary: true },
    entry: { type: 'jsonb' },
    actor: { type: 'text' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
