/** The Chief of Staff's own part, which is no step. Step ids cannot begin with a full stop. */
export const chiefPath = '.chief';

/** The selected step is in the address, so that it survives a refresh and can be sent to somebody. */
export function addressOf(taskId: string, path: string | null): string {
  return `/tasks/${taskId}${path === null ? '' : `?step=${encodeURIComponent(path)}`}`;
}
