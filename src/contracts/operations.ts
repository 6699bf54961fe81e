/** How the installation stands, for operators and the page: `GET /status`. */
export interface OperationsStatus {
  startedAt: string;
  database: boolean;
  /** Null: it cannot be told. */
  redis: boolean | null;
  /** What was accepted and is not yet handed to Temporal. Null without a database, as `reconciled` is. */
  outbox: OutboxState | null;
  reconciled: Reconciled | null;
}

export interface OutboxState {
  ready: number;
  dead: number;
  oldestSeconds: number | null;
}

/** What the last comparison of the record with Temporal found, whichever process made it. */
export interface Reconciled {
  by: string;
  at: string;
  /** Queues without a worker, as `name (kind)`. */
  unserved: string[];
  /** Of the process that made it, since it started. */
  repairs: { woken: number; cancelled: number; failed: number };
}
