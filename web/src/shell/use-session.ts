import { useQueryClient } from '@tanstack/react-query';
import type { Session } from '../../../src/contracts/principal.ts';

/** Who looks on; there from the moment that the page shows anything of the workspace. */
export function useSession(): Session | undefined {
  return useQueryClient().getQueryData<Session>(['session']);
}
