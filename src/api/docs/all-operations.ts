import { Router } from 'express';
import { allRoutes, type RouteParts } from '../all-routes.ts';
import type { Door, Operation } from '../door/door.ts';

/** Every operation, described and never called: nothing behind the door is there. */
export function listAllOperations(): Operation[] {
  const nothing = {} as Pick<Door, 'db'> & Pick<RouteParts, 'files'>;
  const door: Door = { router: Router(), db: nothing.db, publicUrl: '', operations: [] };
  allRoutes(door, { files: nothing.files, uploadDir: '', temporal: { namespace: '' } });
  return door.operations;
}
