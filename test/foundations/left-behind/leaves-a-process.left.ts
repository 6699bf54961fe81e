import { spawn } from 'node:child_process';
import { test } from '@jest/globals';

test('a process is forgotten', () => {
  // It ends by itself, so that this demonstration leaves nothing behind for long.
  spawn('sleep', ['10'], { stdio: 'ignore' }).unref();
});
