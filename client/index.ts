/** The typed client of Adjutant's API: REST with problem errors, and the live feed without gaps or repeats. */
export { type ApiClient, type NewTask, createApiClient } from './api-client.ts';
export type { Position } from './event-order.ts';
export { type Statuses, foldStatuses, nothingFolded } from './fold-statuses.ts';
export { type LiveClient, type LiveState, type LiveStatus, createLiveClient } from './live-client.ts';
export { ApiProblem, isApiProblem } from './problem.ts';
export type { StreamHandlers } from './stream-view.ts';
export type { CallText } from './token-text.ts';
