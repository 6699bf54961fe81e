import { EntitySchema } from 'typeorm';

/** The counter of a recipient's messages: whoever sends holds it until the commit, so that places are in the order of commits. */
export interface MailboxRow {
  recipient: string;
  workspaceId: string;
  lastPlace: number;
}

export const MailboxMapping = new EntitySchema<MailboxRow>({
  name: 'Mailbox',
  tableName: 'mailboxes',
  columns: {
    recipient: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    lastPlace: { type: 'integer' },
  },
});
