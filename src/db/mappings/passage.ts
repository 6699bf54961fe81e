import { EntitySchema } from 'typeorm';
import type { Anchor } from '../../contracts/passage.ts';

export interface PassageRow {
  fileId: string;
  n: number;
  text: string;
  anchor: Anchor;
  heading: string | null;
}

export const PassageMapping = new EntitySchema<PassageRow>({
  name: 'Passage',
  tableName: 'passages',
  columns: {
    fileId: { type: 'text', primary: true },
    n: { type: 'integer', primary: true },
    text: { type: 'text' },
    anchor: { type: 'jsonb' },
    heading: { type: 'text', nullable: true },
  },
  indices: [{ name: 'passages_words', synchronize: false }],
  foreignKeys: [{ target: 'File', columnNames: ['fileId'], referencedColumnNames: ['id'] }],
});
