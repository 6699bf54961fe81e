import { EntitySchema } from 'typeorm';
import type { EventType } from '../../contracts/event.ts';
import { bigint } from '../bigint.ts';

export interface EventRow {
  id: string;
  workspaceId: string;
  stream: string;
  seq: number;
  xid: number;
  late: number;
  rootTaskId: string | null;
  type: EventType;
  at: Date;
  actor: string;
  data: Record<string, unknown>;
}

export const EventMapping = new EntitySchema<EventRow>({
  name: 'Event',
  tableName: 'events',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    stream: { type: 'text' },
    seq: { type: 'integer' },
    xid: { type: 'bigint', transformer: bigint },
    late: { type: 'integer', default: 0 },
    rootTaskId: { type: 'text', nullable: true },
    type: { type: 'text' },
    at: { type: 'timestamptz', default: () => 'now()' },
    actor: { type: 'text' },
    data: { type: 'jsonb' },
  },
  indices: [
    { name: 'events_stream_seq', columns: ['stream', 'seq'], unique: true },
    { name: 'events_relay', columns: ['workspaceId', 'xid', 'late', 'id'] },
    { name: 'events_tree', columns: ['rootTaskId', 'xid', 'late', 'id'] },
  ],
});
