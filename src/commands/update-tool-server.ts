import type { UpdateToolServer } from '../contracts/tool-server.ts';
import {
  changeToolServer,
  findToolServer,
  type StoredToolServer,
} from '../db/tool-servers/tool-server-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound, type Problem } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

/**
 * A yes is for what its giver has looked at: each tool is accepted by the hash that was shown, and one that has changed since is refused.
 * @throws AppError invalid_request with every problem
 */
export async function updateToolServer(
  tx: Tx,
  caller: Caller,
  { id, wish }: { id: string; wish: UpdateToolServer },
): Promise<void> {
  requireOwner(caller);
  const server = await findToolServer(tx, id, true);
  if (!server) throw notFound('tool server', id);
  const problems = problemsOf(server, wish);
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The tool server cannot be changed like this.', { problems });
  await changeToolServer(tx, id, wish);
}

function problemsOf({ tools }: StoredToolServer, wish: UpdateToolServer): Problem[] {
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  const accept = (wish.accept ?? []).flatMap(({ name, hash }, index): Problem[] => {
    const pointer = `/accept/${index}`;
    const tool = known.get(name);
    if (!tool?.found) return [unknown(`${pointer}/name`, name)];
    const message = `"${name}" has changed since it was looked at. Look again.`;
    return tool.foundHash === hash ? [] : [{ pointer: `${pointer}/hash`, code: 'changed', message }];
  });
  const changes = (wish.tools ?? []).flatMap(({ name }, index) =>
    known.has(name) ? [] : [unknown(`/tools/${index}/name`, name)],
  );
  return [...accept, ...changes];
}

function unknown(pointer: string, name: string): Problem {
  return { pointer, code: 'not_found', message: `The server has no tool "${name}".` };
}
