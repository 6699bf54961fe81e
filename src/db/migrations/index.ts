import { Record1764000000001 } from './0001-record.ts';

/** In the order in which they run. */
export const migrations = [Record1764000000001];
