import { EntitySchema } from 'typeorm';
import type { TokenFigures } from '../../core/context/calibration.ts';

/** How the tokens that a model reports compare with what was counted before. */
export interface TokenFiguresRow extends TokenFigures {
  workspaceId: string;
  provider: string;
  model: string;
  /** A tokenizer's name, or `estimate`. */
  counter: string;
  updatedAt: Date;
}

export const TokenFiguresMapping = new EntitySchema<TokenFiguresRow>({
  name: 'TokenFigures',
  tableName: 'token_figures',
  columns: {
    workspaceId: { type: 'text', primary: true },
    provider: { type: 'text', primary: true },
    model: { type: 'text', primary: true },
    counter: { type: 'text', primary: true },
    factor: { type: 'double precision' },
    samples: { type: 'integer' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
