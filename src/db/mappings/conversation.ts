import { EntitySchema } from 'typeorm';

/** A thread of messages between people and one agent. Its replies are tasks of the agent (decision 0020). */
export interface ConversationRow {
  id: string;
  workspaceId: string;
  agentId: string;
  /** The task that it is about. */
  taskId: string | null;
  title: string;
  /** The conversation that it was branched from. */
  branchedFrom: string | null;
  version: number;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
  archivedAt: Date | null;
  temporalStartedAt: Date | null;
}

export const ConversationMapping = new EntitySchema<ConversationRow>({
  name: 'Conversation',
  tableName: 'conversations',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    agentId: { type: 'text' },
    taskId: { type: 'text', nullable: true },
    title: { type: 'text' },
    branchedFrom: { type: 'text', nullable: true },
    version: { type: 'integer', default: 1 },
    createdBy: { type: 'text' },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
    archivedAt: { type: 'timestamptz', nullable: true },
    temporalStartedAt: { type: 'timestamptz', nullable: true },
  },
  indices: [{ name: 'conversations_workspace', columns: ['workspaceId', 'id'] }],
  foreignKeys: [
    { target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] },
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
  ],
});
