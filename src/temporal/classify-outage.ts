/** gRPC status codes that we tell apart; numbers are part of the protocol. */
const grpc = { deadlineExceeded: 4, notFound: 5, resourceExhausted: 8, unavailable: 14 } as const;

/** The gRPC status of an error of the Temporal client or of one of its causes. */
export function grpcCode(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as Error & { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return undefined;
}

export function isNotFound(error: unknown): boolean {
  return (
    grpcCode(error) === grpc.notFound || (error instanceof Error && error.name === 'WorkflowNotFoundError')
  );
}

/**
 * True when Temporal as a whole cannot be reached or takes nothing more, so that the entry at hand is not to blame. A deadline
 * that passed may be either: it counts as an outage unless Temporal answered somebody else just now.
 */
export function isOutage(error: unknown, msSinceSuccess: number): boolean {
  const code = grpcCode(error);
  if (code === grpc.unavailable || code === grpc.resourceExhausted) return true;
  return code === grpc.deadlineExceeded && msSinceSuccess > 10_000;
}

/** The message with its causes, short enough for a column. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause)
    if (!parts.includes(at.message)) parts.push(at.message);
  return (parts.join(': ') || String(error)).slice(0, 500);
}
