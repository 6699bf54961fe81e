import * as z from 'zod';
import { type Caller, requireOwner } from '../../commands/caller.ts';
import { removeProviderKey } from '../../commands/remove-provider-key.ts';
import { checkProviderWish, setProviderKey } from '../../commands/set-provider-key.ts';
import { providerNames } from '../../contracts/model.ts';
import { FoundServer, Provider, ProviderName, SetProvider } from '../../contracts/provider.ts';
import { listOutages } from '../../db/providers/provider-health-store.ts';
import { listProviderKeys, openKey, type StoredProvider } from '../../db/providers/provider-store.ts';
import type { Tx } from '../../db/record.ts';
import { createSealer, type Sealer } from '../../db/seal.ts';
import { AppError } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { openRoute, route } from '../door/route.ts';
import { sendAnswer } from '../door/send-answer.ts';
import { type EnvironmentProvider, presentProvider } from './present-provider.ts';

/** Handed in, since the API talks to no provider. */
export interface ProviderDesk {
  sealer: Sealer;
  environment: readonly EnvironmentProvider[];
  /** Asks the provider with this key alone; never throws, at most five seconds. */
  tryKey(settings: StoredProvider): Promise<{ ok: boolean; answered: boolean; problem: string | null }>;
  /** Model servers on this machine, at their usual ports; never throws, well below a second. */
  findLocal?(): Promise<{ name: string; baseUrl: string; models: string[] }[]>;
}

const tag = 'models';
const params = z.object({ provider: ProviderName });
const nobody: ProviderDesk = {
  sealer: createSealer([]),
  environment: [],
  tryKey: () =>
    Promise.resolve({ ok: false, answered: false, problem: 'This process talks to no provider.' }),
};

export function providerRoutes(door: Door, desk: ProviderDesk = nobody): void {
  listRoute(door, desk);

  route(
    door,
    {
      method: 'get',
      path: '/providers/{provider}',
      tag,
      summary: 'Get a model provider',
      params,
      reply: Provider,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: { provider } }) => oneProvider(tx, caller, { desk, name: provider }) },
  );
  setRoute(door, desk);
  removeRoute(door);
}

function listRoute(door: Door, desk: ProviderDesk): void {
  // Looking for servers takes a moment, so it comes before the transaction.
  openRoute(
    door,
    {
      method: 'get',
      path: '/providers',
      tag,
      summary: 'List model providers',
      description:
        'All that there are, configured or not, each with where its key comes from and what of it is out of service. `found`: an Ollama or LM Studio on this machine, while no Llama server of your own is in use. Owners only.',
      reply: z.object({ items: z.array(Provider), found: z.array(FoundServer) }),
      errors: ['forbidden'],
    },
    async ({ caller, response }) => {
      requireOwner(caller);
      const scope = { workspaceId: caller.workspaceId, actor: caller.principalId };
      const items = await door.db.inWorkspace(scope, (tx) => listProviders(tx, caller, desk));
      const reply = { items, found: await found(desk, items) };
      sendAnswer(response, 200, { reply, location: null, etag: null });
    },
  );
}

async function found(desk: ProviderDesk, items: Provider[]): Promise<FoundServer[]> {
  const llama = items.find(({ name }) => name === 'llama');
  if (llama?.source && !isBuiltIn(llama)) return [];
  const servers = (await desk.findLocal?.()) ?? [];
  return servers.map(({ name, baseUrl, models: [first, ...rest] }) => ({
    name,
    models: first === undefined ? [] : [first, ...rest],
    add: { baseUrl, ...(first === undefined ? {} : { model: first }) },
  }));
}

/** The built-in model's server is configured by its file. */
function isBuiltIn({ source, model }: Provider): boolean {
  return source === 'environment' && (model?.endsWith('.gguf') ?? true);
}

function setRoute(door: Door, desk: ProviderDesk): void {
  // Trying the key is slow, so it comes before the transaction; and PUT keeps no answers, so the key is stored in one place only.
  openRoute(
    door,
    {
      method: 'put',
      path: '/providers/{provider}',
      tag,
      summary: 'Set the key of a model provider',
      description:
        'The key is tried at once and refused when it does not work. It is stored encrypted, used without a restart, and whatever waited for a model goes on. It replaces what was stored before, and goes before a key of the environment.',
      params,
      body: SetProvider,
      reply: Provider,
      errors: ['forbidden', 'unavailable'],
    },
    async ({ caller, params: { provider: name }, body: wish, response }) => {
      requireOwner(caller);
      checkProviderWish({ name, wish });
      // Without a secret the key is not even tried.
      desk.sealer.seal('', '');
      await mustWork(desk, {
        provider: name,
        apiKey: wish.apiKey ?? null,
        baseUrl: wish.baseUrl ?? null,
        model: wish.model ?? null,
        fit: wish.fit ?? null,
      });
      const reply = await door.db.inWorkspace(
        { workspaceId: caller.workspaceId, actor: caller.principalId },
        async (tx) => {
          await setProviderKey(tx, caller, { name, wish, sealer: desk.sealer });
          return oneProvider(tx, caller, { desk, name });
        },
      );
      sendAnswer(response, 200, { reply, location: null, etag: null });
    },
  );
}

function removeRoute(door: Door): void {
  route(
    door,
    {
      method: 'delete',
      path: '/providers/{provider}',
      tag,
      summary: 'Remove the stored key of a model provider',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: { provider } }) => removeProviderKey(tx, caller, { name: provider }) },
  );
}

async function mustWork(desk: ProviderDesk, settings: StoredProvider): Promise<void> {
  const { ok, answered, problem } = await desk.tryKey(settings);
  if (ok) return;
  const why = problem ?? 'no reason was given.';
  // A key of whom nobody answered may be right.
  const [pointer, code, said] = !answered
    ? (['/baseUrl', 'unreachable', 'could not be reached'] as const)
    : ([settings.apiKey === null ? '/baseUrl' : '/apiKey', 'does_not_work', 'did not accept it'] as const);
  const detail = answered ? 'The key was tried and does not work.' : 'The key could not be tried.';
  throw new AppError('invalid_request', `${detail} Nothing was stored.`, {
    problems: [{ pointer, code, message: `${settings.provider} ${said}: ${why}` }],
  });
}

async function listProviders(
  tx: Tx,
  caller: Caller,
  { sealer, environment }: ProviderDesk,
): Promise<Provider[]> {
  requireOwner(caller);
  const rows = await listProviderKeys(tx);
  const outages = await listOutages(tx);
  return providerNames.map((name) => {
    const stored = rows.find((row) => row.provider === name);
    const readable = stored !== undefined && openKey(stored, sealer) !== undefined;
    return presentProvider({
      name,
      stored,
      readable,
      given: environment.find(({ provider }) => provider === name),
      outages,
    });
  });
}

async function oneProvider(
  tx: Tx,
  caller: Caller,
  { desk, name }: { desk: ProviderDesk; name: ProviderName },
): Promise<Provider> {
  const found = (await listProviders(tx, caller, desk)).find((provider) => provider.name === name);
  if (!found) throw new AppError('not_found', `There is no provider ${name}.`);
  return found;
}
