/**
 * Prints the tally as the last plain line, so that a machine can read it: `12 passed, 0 failed, 1 skipped`. Before it, what passed only at the
 * second try (second-try.mjs).
 */
export default class CountingReporter {
  onRunComplete(_contexts, results) {
    const brokenFiles = results.testResults.filter(
      (file) => file.testExecError && file.numFailingTests === 0,
    ).length;
    const failed = results.numFailedTests + brokenFiles;
    const again = results.testResults.flatMap((file) =>
      file.testResults.filter(({ status, invocations }) => status === 'passed' && invocations > 1),
    );
    const skipped = results.numPendingTests + results.numTodoTests;
    // The default reporter writes its summary to stderr after this call, so this line waits for the exit.
    process.once('exit', () => {
      if (failed > 0) process.exitCode = 1;
      for (const { fullName } of again) process.stdout.write(`Passed at the second try: ${fullName}\n`);
      process.stdout.write(
        `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
      );
    });
  }
}
