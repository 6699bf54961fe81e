import { EntitySchema } from 'typeorm';

export interface SignInLinkRow {
  hash: string;
  workspaceId: string;
  principalId: string;
  expiresAt: Date;
  usedAt: Date | null;
}

export const SignInLinkMapping = new EntitySchema<SignInLinkRow>({
  name: 'SignInLink',
  tableName: 'sign_in_links',
  columns: {
    hash: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    principalId: { type: 'text' },
    expiresAt: { type: 'timestamptz' },
    usedAt: { type: 'timestamptz', nullable: true },
  },
  foreignKeys: [{ target: 'Principal', columnNames: ['principalId'], referencedColumnNames: ['id'] }],
});
