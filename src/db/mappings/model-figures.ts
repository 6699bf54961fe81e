import { EntitySchema } from 'typeorm';
import type { Experience } from '../../core/model-experience.ts';

/** What a workspace has learned of a model in one class of work. */
export interface ModelFiguresRow {
  workspaceId: string;
  provider: string;
  model: string;
  class: string;
  figures: Experience;
  updatedAt: Date;
}

export const ModelFiguresMapping = new EntitySchema<ModelFiguresRow>({
  name: 'ModelFigures',
  tableName: 'model_figures',
  columns: {
    workspaceId: { type: 'text', primary: true },
    provider: { type: 'text', primary: true },
    model: { type: 'text', primary: true },
    class: { type: 'text', primary: true },
    figures: { type: 'jsonb' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
