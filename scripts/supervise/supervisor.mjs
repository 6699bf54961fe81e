import { Child } from './child.mjs';
import { createGuard } from './guard.mjs';
import { createPidNote } from './leftovers.mjs';
import { openLog, tailOf } from './logs.mjs';

const maxDeaths = 5;

/**
 * Keeps a table of children alive and stops them in order.
 * @param {{ stateFolder: string, say: (line: string) => void, onChange?: () => void, onGivenUp: (message: string) => void }} options
 *   `onChange` is called when a child was started again; `onGivenUp` when one died too often
 */
export function createSupervisor({ stateFolder, say, onChange = () => {}, onGivenUp }) {
  const guard = createGuard(openLog(stateFolder, 'guardian'));
  const watchers = [guard, createPidNote(stateFolder)];
  const children = [];
  let stopped;

  const givenUp = (child, deaths) =>
    onGivenUp(
      `${child.title} ended ${deaths} times in a minute. The end of ${child.log}:\n${tailOf(child.log)}`,
    );

  async function stopAll(options) {
    // Said to all first: a child that dies because another was stopped must not come back.
    for (const child of children) child.stopping = true;
    for (const order of [...new Set(children.map((one) => one.spec.order))].sort((a, b) => a - b)) {
      await Promise.all(children.filter((one) => one.spec.order === order).map((one) => one.stop(options)));
    }
    await guard.close();
  }

  return {
    /** @param {import('./child.mjs').ChildSpec} spec */
    async start(spec) {
      if (stopped) throw new Error('The supervisor is stopping.');
      const child = new Child(spec, {
        stateFolder,
        watchers,
        maxDeaths,
        say,
        onRestarted: onChange,
        onGivenUp: givenUp,
      });
      children.push(child);
      await child.start();
      return child;
    },
    /** The number of each living child's process, by role. */
    pids: () => Object.fromEntries(children.filter((one) => one.pid).map((one) => [one.spec.role, one.pid])),
    guardianPid: () => guard.pid(),
    isStopping: () => stopped !== undefined,
    /** Stops everything; asked again with `hurry`, at once. */
    stop(options) {
      if (options?.hurry) for (const child of children) void child.stop(options);
      stopped ??= stopAll(options);
      return stopped;
    },
  };
}
