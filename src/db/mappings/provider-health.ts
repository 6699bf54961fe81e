import { EntitySchema } from 'typeorm';

/** A breaker that is open: while the row is there, nobody but its trial calls this model. */
export interface ProviderHealthRow {
  /** Whose key: a workspace's id, or `environment`, which all workspaces without a key of their own share. */
  account: string;
  provider: string;
  model: string;
  reason: string;
  failures: number;
  since: Date;
  /** When it is asked again how it is. */
  openUntil: Date;
  /** The task that may try it first, until `trialUntil`. */
  trialTaskId: string | null;
  trialUntil: Date | null;
}

export const ProviderHealthMapping = new EntitySchema<ProviderHealthRow>({
  name: 'ProviderHealth',
  tableName: 'provider_health',
  columns: {
    account: { type: 'text', primary: true },
    provider: { type: 'text', primary: true },
    model: { type: 'text', primary: true },
    reason: { type: 'text' },
    failures: { type: 'integer' },
    since: { type: 'timestamptz', default: () => 'now()' },
    openUntil: { type: 'timestamptz' },
    trialTaskId: { type: 'text', nullable: true },
    trialUntil: { type: 'timestamptz', nullable: true },
  },
});
