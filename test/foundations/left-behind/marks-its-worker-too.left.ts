import { test } from '@jest/globals';
import { markTheWorker } from './mark-the-worker.ts';

test('nobody marked the worker before', markTheWorker);
