/** Wires adapters into the activity factories: one object of activities per task queue. */
import { createModelActivities } from '../activities/call-model.ts';
import { createToolActivities } from '../activities/call-tool.ts';
import { createFileActivities } from '../activities/extract-file.ts';
import { createLookActivities } from '../activities/look.ts';
import type { Config, Queue } from '../src/config.ts';
import { createFileRecord } from '../src/db/file-record.ts';
import type { Database, Tx } from '../src/db/record.ts';
import { createTaskRecord } from '../src/db/task-record.ts';
import type { Feed } from '../src/feed/feed.ts';
import { extractInChild } from '../src/files/extract-in-child.ts';
import type { FileKind } from '../src/files/sniff.ts';
import { createFileStorage } from '../src/files/storage.ts';
import { classifyFailure } from '../src/models/classify-failure.ts';
import { priceOf } from '../src/models/price.ts';
import { counterOf } from '../src/models/token-counter.ts';
import type { ModelsOfWorkspaces } from '../src/models/workspace-models.ts';
import { createToolsOf, type ToolsOf } from '../src/tools/registry.ts';

export type Activities = Record<Queue, object>;

export interface ActivityParts {
  config: Pick<Config, 'models' | 'filesDir'>;
  models: ModelsOfWorkspaces<Tx>;
  db: Database;
  feed: Pick<Feed, 'onCancel' | 'tokens' | 'limits'>;
  toolsOf?: ToolsOf<Tx>;
}

export function createActivities({
  config,
  models,
  db,
  feed,
  toolsOf = createToolsOf<Tx>(),
}: ActivityParts): Activities {
  const tasks = createTaskRecord(db, {
    models: models.environment.candidates,
    reserve: models.environment.reserve,
    modelsOf: models.inTx,
    counterOf,
    toolsOf,
  });
  const files = createFileRecord(db);
  const storage = createFileStorage(config.filesDir);
  const { onCancel, tokens, limits } = feed;
  const asking = {
    tasks,
    registryOf: (workspaceId: string) => models.last(workspaceId).registry,
    priceOf,
    classifyFailure,
    limits,
    onCancel,
    stallMs: config.models.stallMs,
  };
  return {
    orchestrate: createLookActivities({ tasks, files, tokens }),
    models: createModelActivities({
      ...asking,
      tokens,
      readFile: storage.read,
    }),
    tools: createToolActivities(asking),
    files: createFileActivities({
      files,
      storage,
      extract: ({ path, kind, signal, onProgress }) =>
        extractInChild({ path, kind: kind as FileKind, signal, onProgress }),
      onCancel,
    }),
  };
}
