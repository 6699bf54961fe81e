import { TestWorkflowEnvironment } from '@temporalio/testing';

/** Lets the SDK fetch a server into a folder: it does so only by starting it once. */
const [kind, downloadDir] = process.argv.slice(2);
const server = { executable: { type: 'cached-download', downloadDir } };
const create = kind === 'time-skipping' ? 'createTimeSkipping' : 'createLocal';
const environment = await TestWorkflowEnvironment[create]({ server });
await environment.teardown();
process.exit(0);
