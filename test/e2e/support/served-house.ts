import type { Browser } from 'playwright-core';
import { type ApiClient, createApiClient } from '../../../client/index.ts';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import { insertAgent } from '../../../src/db/agent-store.ts';
import { insertKey, insertPrincipal, insertSignInLink } from '../../../src/db/principal-store.ts';
import type { Tx } from '../../../src/db/record.ts';
import { discover } from '../../../src/tools/discover.ts';
import { createToolsOf, recordTools } from '../../../src/tools/registry.ts';
import type { OutsideTool } from '../../../src/tools/tool.ts';
import { openBrowser, openPage, type WatchedPage } from '../../support/browser.ts';
import { openScriptedHouse, type ScriptedHouse } from '../../support/scripted-house.ts';
import { publicNetwork } from '../../tools/support/outside.ts';
import { AdjutantPage } from '../../web/support/adjutant-page.ts';
import { servePage } from '../../web/support/serve-page.ts';

export interface Person extends WatchedPage {
  adjutant: AdjutantPage;
}

/** The page over the real API, with workers and scripted models behind it, and people in browsers of their own. */
export interface ServedHouse extends ScriptedHouse {
  api: ApiClient;
  owner: Person;
  /** Somebody else who may act. */
  another(name: string): Promise<Person>;
  /** An agent that has one capability, its name, and may use these tools. */
  addAgent(name: string, tools?: string[]): Promise<string>;
}

/** Work goes through real queues on a machine that others use too. */
export const patience = 60_000;

export async function openServedHouse(tools: OutsideTool[] = []): Promise<ServedHouse> {
  const toolsOf = createToolsOf<Tx>([...recordTools, ...tools]);
  const house = await openScriptedHouse({ toolsOf });
  const network = publicNetwork();
  const credentialOf = async () => ({ problem: 'There is no credential here.' });
  const askToolServer = (wish: Parameters<typeof discover>[0]) =>
    discover(wish, { network, allowsCommands: false, credentialOf });
  const url = await servePage({ db: house.db, feed: house.feed, parts: { toolsOf, askToolServer } });
  const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
  const { principalId } = house.caller;
  const { secret: key } = await desk((tx) => insertKey(tx, { principalId, name: 'tests' }));
  const browser = await openBrowser();
  const signIn = async (who: string) =>
    enter(browser, { url, link: await desk((tx) => insertSignInLink(tx, who)) });
  return {
    ...house,
    api: createApiClient({ baseUrl: url, key }),
    owner: await signIn(principalId),
    another: async (name) =>
      signIn((await desk((tx) => insertPrincipal(tx, { kind: 'person', name, role: 'operator' }))).id),
    addAgent: async (name, its = []) => {
      const capabilities = [{ name: name.toLowerCase(), level: 3 }];
      const spec = AgentSpec.parse({ name, role: 'master_operator', capabilities, tools: its });
      return (await desk((tx) => insertAgent(tx, spec))).id;
    },
  };
}

async function enter(browser: Browser, { url, link }: { url: string; link: string }): Promise<Person> {
  const watched = await openPage(browser);
  watched.page.setDefaultTimeout(patience);
  const adjutant = new AdjutantPage(watched.page, url);
  await adjutant.signIn(`/sign-in#${link}`);
  return { ...watched, adjutant };
}

/** A step of a scripted plan that anybody may do. */
export const agentStep = (id: string, dependsOn: string[] = []) => ({
  id,
  kind: 'agent',
  title: `Do ${id}`,
  dependsOn,
  with: { goal: `Do ${id}.`, requires: [] },
});
