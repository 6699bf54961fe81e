import { jest } from '@jest/globals';

/**
 * What waits for real servers on a machine that stood still for seconds gets a second try at the end of its file. What failed first is printed, and
 * named at the end of the run, so that a race does not hide here.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
