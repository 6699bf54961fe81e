import { sleep } from '@temporalio/workflow';

/** Waits and tells; here for the tests of the test support only. */
export async function sleeps(days: number): Promise<string> {
  await sleep(`${days} days`);
  return `slept ${days} days`;
}
