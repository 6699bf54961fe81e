import { AppError } from '../../errors.ts';
import type { Door } from './door.ts';
import { expressPath } from './route.ts';

/** After the last route: 405 with Allow where the address exists, 404 everywhere else. */
export function closeDoor({ router, operations }: Door): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of operations) {
    const known = methods.get(path) ?? new Set(['OPTIONS']);
    known.add(method.toUpperCase());
    if (method === 'get') known.add('HEAD');
    methods.set(path, known);
  }
  // Literal addresses before patterns that they fit.
  const literalFirst = [...methods].sort(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')));
  for (const [path, known] of literalFirst) {
    const allow = [...known].sort().join(', ');
    router.all(expressPath(path), (request, response) => {
      // The method would be right: it was the id that nothing can have.
      if (request.method !== 'OPTIONS' && known.has(request.method)) throw nothingHere();
      response.set('Allow', allow);
      if (request.method !== 'OPTIONS') {
        throw new AppError('method_not_allowed', `${request.method} is not possible here; ${allow} are.`);
      }
      response.status(204).end();
    });
  }
  router.use(() => {
    throw nothingHere();
  });
}

function nothingHere(): AppError {
  return new AppError('not_found', 'There is nothing at this address.');
}
