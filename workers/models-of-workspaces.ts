import type { Config } from '../src/config.ts';
import { loadModelEntries } from '../src/db/providers/model-entry-store.ts';
import { loadProviders } from '../src/db/providers/provider-store.ts';
import type { Tx } from '../src/db/record.ts';
import { createSealer, type Sealer } from '../src/db/seal.ts';
import type { ModelsConfig } from '../src/models/registry.ts';
import { createWorkspaceModels, type ModelsOfWorkspaces } from '../src/models/workspace-models.ts';

/** The models of each workspace, wired to the record: for the API process and for workers. */
export function createModelsOfWorkspaces({
  models,
  secretKey,
}: Pick<Config, 'models'> & { secretKey?: string | undefined }): {
  models: ModelsOfWorkspaces<Tx>;
  sealer: Sealer;
} {
  const sealer = createSealer(secretKey === undefined ? [] : [secretKey]);
  return {
    models: createWorkspaceModels<Tx>(models as ModelsConfig, async (tx) => ({
      providers: await loadProviders(tx, sealer),
      entries: await loadModelEntries(tx),
    })),
    sealer,
  };
}
