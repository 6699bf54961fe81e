/** Everybody who can search the web, as people see it: when it is asked, and why it could not be asked now. */
import {
  type SearchServiceName,
  searchServices,
  type WebSearchBy,
  type WebSearcher,
  type WebSearcherView,
  webSearchers,
} from '../contracts/web-search.ts';
import { type ModelCandidate, type ModelOutage, outageOf } from './route-model.ts';
import { type SearchNeeds, worstOfSearch } from './web-search.ts';

export interface SearchersFacts {
  by: WebSearchBy;
  models: readonly ModelCandidate[];
  outages: readonly ModelOutage[];
  /** Search services that are set up, in the order in which `auto` asks them. */
  services: readonly SetUpService[];
  worst: SearchNeeds['worst'];
}

export interface SetUpService {
  name: SearchServiceName;
  source: 'stored' | 'environment';
  /** Why it cannot be used all the same. */
  problem: string | null;
}

export function describeSearchers(facts: SearchersFacts): WebSearcherView[] {
  const all = webSearchers.map((name) =>
    isService(name) ? describeService(name, facts) : describeProvider(name, facts),
  );
  const order = orderFor(facts);
  return [
    ...order.flatMap((name, index) =>
      all.filter((each) => each.name === name).map((each) => ({ ...each, place: index + 1 })),
    ),
    ...all.filter(({ name }) => !order.includes(name)).map((each) => ({ ...each, place: null })),
  ];
}

type Described = Omit<WebSearcherView, 'place'>;

/** With `auto` whoever is set up is asked: providers by what a search costs, then services. */
function orderFor({ by, models, services, worst }: SearchersFacts): readonly string[] {
  if (by !== 'auto') return typeof by === 'string' ? [by] : by;
  const costs = searchingOf(models).map(
    (each) => [each.provider, worstOfSearch(each, worst) ?? Infinity] as const,
  );
  const providers = costs.toSorted(([, one], [, other]) => one - other).map(([provider]) => provider);
  return [...new Set([...providers, ...services.map(({ name }) => name)])];
}

function searchingOf(models: readonly ModelCandidate[]): ModelCandidate[] {
  return models.filter(({ webSearch }) => webSearch !== undefined);
}

function describeProvider(name: WebSearcher, { models, outages }: SearchersFacts): Described {
  const there = models.filter(({ provider }) => provider === name);
  const searching = searchingOf(there);
  const out = searching.map((each) => outageOf(each, outages));
  const problem =
    there.length === 0
      ? 'It has no key here.'
      : searching.length === 0
        ? 'None of its models here searches the web.'
        : out.every((each) => each !== null)
          ? `Out of service: ${out[0]?.reason ?? ''}`
          : null;
  const [first] = there;
  return {
    name,
    ready: problem === null,
    problem,
    source: first ? (first.account === undefined ? 'environment' : 'stored') : null,
    models: searching.map(({ id, webSearch }) => ({
      id,
      usdPerThousand: webSearch?.price.usdPerThousand ?? 0,
    })),
  };
}

function describeService(name: SearchServiceName, { services }: SearchersFacts): Described {
  const found = services.find((each) => each.name === name);
  const problem = found ? found.problem : notThere[name];
  return { name, ready: problem === null, problem, source: found?.source ?? null, models: [] };
}

const notThere: Record<SearchServiceName, string> = {
  brave: 'It has no key here. Store one as a credential called “brave”, or set BRAVE_API_KEY.',
  tavily: 'It has no key here. Store one as a credential called “tavily”, or set TAVILY_API_KEY.',
  searxng: 'It has no address here. Set SEARXNG_URL.',
};

function isService(name: WebSearcher): name is SearchServiceName {
  return (searchServices as readonly WebSearcher[]).includes(name);
}
