import { EntitySchema } from 'typeorm';

export interface ApprovalWebhookRow {
  workspaceId: string;
  url: string;
  /** The secret that deliveries are signed with, encrypted. */
  sealed: string;
  keyId: string;
  last4: string;
  /** Whom the link of a delivery signs in, once; null: nobody. */
  openAs: string | null;
  actor: string;
  updatedAt: Date;
}

export const ApprovalWebhookMapping = new EntitySchema<ApprovalWebhookRow>({
  name: 'ApprovalWebhook',
  tableName: 'approval_webhooks',
  columns: {
    workspaceId: { type: 'text', primary: true },
    url: { type: 'text' },
    sealed: { type: 'text' },
    keyId: { type: 'text' },
    last4: { type: 'text' },
    openAs: { type: 'text', nullable: true },
    actor: { type: 'text' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [
    { target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] },
    { target: 'Principal', columnNames: ['openAs'], referencedColumnNames: ['id'] },
  ],
});
