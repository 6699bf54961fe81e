import { sleep } from '@temporalio/workflow';

/** The same Temporal workflow after a careless deploy: one timer more. */
export async function sleeps(days: number): Promise<string> {
  await sleep('1 second');
  await sleep(`${days} days`);
  await sleep('1 second');
  return `slept ${days} days`;
}
