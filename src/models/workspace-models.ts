/**
 * The models of each workspace: those of the environment, and those whose keys the workspace has stored, which win. What is in memory is
 * compared with the revision that every transaction reads with its first statement, so a changed key is used by the next decision of
 * every process and nobody is asked to start again.
 */
import type { ModelCandidate } from '../core/route-model.ts';
import type { OwnEntry } from './own-entries.ts';
import { createModelRegistry, type ModelRegistry, type ModelsConfig } from './registry.ts';
import { createReserve } from './reserve.ts';

export interface StoredSettings {
  provider: 'openai' | 'anthropic' | 'llama';
  apiKey: string | null;
  baseUrl: string | null;
  model: string | null;
  fit: string[] | null;
}

/** What a workspace has stored of providers and models. */
export interface Stored {
  providers: StoredSettings[];
  entries: OwnEntry[];
}

export interface WorkspaceModels {
  registry: ModelRegistry;
  candidates: readonly ModelCandidate[];
  reserve: ReturnType<typeof createReserve>;
}

interface Place {
  workspaceId: string;
  providersRevision: number;
}

export interface ModelsOfWorkspaces<Tx extends Place> {
  /** As of the transaction's revision. */
  inTx(tx: Tx): Promise<WorkspaceModels>;
  /** What was used last in this workspace: for work between two transactions. */
  last(workspaceId: string): WorkspaceModels;
  /** What every workspace without keys of its own uses. */
  environment: WorkspaceModels;
}

/** More workspaces than this are not kept at once; the oldest is read again when it comes back. */
const mostKept = 500;

export function createWorkspaceModels<Tx extends Place>(
  environment: ModelsConfig,
  load: (tx: Tx) => Promise<Stored>,
): ModelsOfWorkspaces<Tx> {
  const ofEnvironment = modelsOf(environment, { providers: [], entries: [] });
  const kept = new Map<string, { revision: number; models: WorkspaceModels }>();
  return {
    environment: ofEnvironment,
    last: (workspaceId) => kept.get(workspaceId)?.models ?? ofEnvironment,
    inTx: async (tx) => {
      const { workspaceId, providersRevision: revision } = tx;
      if (revision === 0) return ofEnvironment;
      const known = kept.get(workspaceId);
      if (known?.revision === revision) return known.models;
      const models = modelsOf(environment, await load(tx), workspaceId);
      // A transaction that began earlier may be the later to come here.
      if (known && known.revision > revision) return models;
      kept.delete(workspaceId);
      kept.set(workspaceId, { revision, models });
      const [oldest] = kept.keys();
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
      return models;
    },
  };
}

function modelsOf(
  environment: ModelsConfig,
  { providers: stored, entries }: Stored,
  account?: string,
): WorkspaceModels {
  const registry = createModelRegistry(stored.reduce(withStored, environment), entries);
  const own = new Set<string>(stored.map(({ provider }) => provider));
  const candidates = registry.entries.map((entry) =>
    account !== undefined && own.has(entry.provider) ? { ...entry, account } : entry,
  );
  return { registry, candidates, reserve: createReserve(registry) };
}

/** One provider's settings over what is there. A key goes only to the address that it was entered with. */
export function withStored(
  config: ModelsConfig,
  { provider, apiKey, baseUrl, model, fit }: StoredSettings,
): ModelsConfig {
  const rest = { ...(baseUrl === null ? {} : { baseUrl }), ...(model === null ? {} : { model }) };
  if (provider !== 'llama') return apiKey === null ? config : { ...config, [provider]: { apiKey, ...rest } };
  if (baseUrl === null) return config;
  return {
    ...config,
    llama: { ...rest, baseUrl, ...(apiKey === null ? {} : { apiKey }), ...(fit ? { fit } : {}) },
  };
}
