import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { root } from '../paths.mjs';
import { writeWhole } from '../setup/cache.mjs';

/** One bundle, made before the workers start: bundling inside each worker costs seconds at every start. */
const logger = new DefaultLogger('WARN');
const { code } = await bundleWorkflowCode({ workflowsPath: join(root, 'workflows/index.ts'), logger });
await writeWhole(join(root, 'dist/workflows.js'), code, 0o644);
