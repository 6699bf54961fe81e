/** Wires adapters into the activity factories: one object of activities per task queue. */
import { createModelActivities } from '../activities/call-model.ts';
import { createToolActivities } from '../activities/call-tool.ts';
import { createFileActivities } from '../activities/extract-file.ts';
import { createLookActivities } from '../activities/look.ts';
import type { Config, Queue } from '../src/config.ts';
import { createFileRecord } from '../src/db/file-record.ts';
import type { Database } from '../src/db/record.ts';
import { createTaskRecord } from '../src/db/task-record.ts';
import type { Feed } from '../src/feed/feed.ts';
import { extractInChild } from '../src/files/extract-in-child.ts';
import type { FileKind } from '../src/files/sniff.ts';
import { createFileStorage } from '../src/files/storage.ts';
import { classifyFailure } from '../src/models/classify-failure.ts';
import { priceOf } from '../src/models/price.ts';
import { createModelRegistry, type ModelsConfig } from '../src/models/registry.ts';
import { createReserve } from '../src/models/reserve.ts';
import { createToolRegistry } from '../src/tools/registry.ts';

export type Activities = Record<Queue, object>;

export interface ActivityParts {
  config: Pick<Config, 'models' | 'filesDir'>;
  db: Database;
  feed: Pick<Feed, 'onCancel' | 'tokens'>;
}

export function createActivities({ config: { models, filesDir }, db, feed }: ActivityParts): Activities {
  const registry = createModelRegistry(models as ModelsConfig);
  const { tools, call } = createToolRegistry();
  const tasks = createTaskRecord(db, {
    models: registry.entries,
    tools: tools.map((tool) => tool.name),
    reserve: createReserve(registry),
    callTool: call,
  });
  const files = createFileRecord(db);
  const { onCancel, tokens } = feed;
  return {
    orchestrate: createLookActivities({ tasks, files }),
    models: createModelActivities({
      tasks,
      provider: registry.provider,
      entry: registry.entry,
      priceOf,
      classifyFailure,
      tokens,
      tools,
      onCancel,
      stallMs: models.stallMs,
    }),
    tools: createToolActivities({ tasks }),
    files: createFileActivities({
      files,
      storage: createFileStorage(filesDir),
      extract: ({ path, kind, signal, onProgress }) => extractInChild({ path, kind: kind as FileKind, signal, onProgress }),
      onCancel,
    }),
  };
}
