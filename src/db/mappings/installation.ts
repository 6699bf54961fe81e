import { EntitySchema } from 'typeorm';

export interface InstallationRow {
  key: string;
  value: unknown;
  updatedAt: Date;
}

export const InstallationMapping = new EntitySchema<InstallationRow>({
  name: 'Installation',
  tableName: 'installation',
  columns: {
    key: { type: 'text', primary: true },
    value: { type: 'jsonb' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
});
