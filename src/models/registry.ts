// Which providers are configured, what they serve, and which of it does a piece of work.
import {
  modelFits,
  routeModel,
  type ModelFit,
  type ModelNeeds,
  type RouteDecision,
} from '../core/route-model.ts';
import { createAnthropicProvider } from './anthropic/anthropic.ts';
import { entriesOf, findEntry, modelIdOfFile, unknownEntry } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { createLlamaProvider } from './llama/llama.ts';
import { createOpenAiProvider } from './openai/openai.ts';
import { type OwnEntry, withOwnEntries } from './own-entries.ts';
import type { ModelProvider } from './port.ts';
import { withWireNames } from './wire-names.ts';

export interface ModelsConfig {
  anthropic?: { apiKey: string; baseUrl?: string; model?: string };
  openai?: { apiKey: string; baseUrl?: string; model?: string; protocol?: 'responses' | 'chat' };
  llama?: { baseUrl: string; apiKey?: string; model?: string; fit?: readonly string[] };
}

export interface PickedModel {
  provider: ModelProvider;
  entry: CatalogueEntry;
  reason: string;
}

export interface ModelRegistry {
  /** Configured providers, in the order of preference. */
  providers: readonly ModelProvider[];
  /** Everything that they serve, the configured model of each first. */
  entries: readonly CatalogueEntry[];
  provider(name: string): ModelProvider | null;
  entry(provider: string, model: string): CatalogueEntry | null;
  route(needs: ModelNeeds): RouteDecision<CatalogueEntry>;
  pick(needs: ModelNeeds): PickedModel | null;
}

const builtInModel = 'smollm2-135m-instruct';
const cloudFit: readonly ModelFit[] = ['plan', 'tools', 'json', 'write'];
// What a foreign local model is taken for when nobody says: able to write, not trusted to plan.
const localFit: readonly ModelFit[] = ['write', 'score'];
const unknownCloudWindow = { contextTokens: 128_000, maxOutputTokens: 8_192 };
const unknownLocalWindow = { contextTokens: 8_192, maxOutputTokens: 2_048 };

function cloudEntries(provider: string, model: string | undefined): CatalogueEntry[] {
  const known = entriesOf(provider);
  if (model === undefined) return known;
  const first =
    findEntry(model, provider) ?? unknownEntry({ provider, id: model, fit: cloudFit, ...unknownCloudWindow });
  return [first, ...known.filter((entry) => entry.id !== first.id)];
}

function fitOf(words: readonly string[]): ModelFit[] {
  const trimmed = words.map((word) => word.trim()).filter((word) => word !== '');
  const wrong = trimmed.filter((word) => !(modelFits as readonly string[]).includes(word));
  if (wrong.length > 0)
    throw new Error(`A model is fit for ${modelFits.join(', ')}; not for ${wrong.join(', ')}.`);
  return trimmed as ModelFit[];
}

function llamaEntry(config: NonNullable<ModelsConfig['llama']>): CatalogueEntry {
  const { model } = config;
  const id = model === undefined ? builtInModel : /\.gguf$/i.test(model) ? modelIdOfFile(model) : model;
  const fit = config.fit ? fitOf(config.fit) : null;
  const known = findEntry(id, 'llama');
  if (known) return fit ? { ...known, fit } : known;
  return unknownEntry({ provider: 'llama', id, fit: fit ?? localFit, ...unknownLocalWindow });
}

/** The same model at a server that has no web search. */
function withoutSearch({ webSearch: _none, ...entry }: CatalogueEntry): CatalogueEntry {
  return entry;
}

export function createModelRegistry(config: ModelsConfig, own: readonly OwnEntry[] = []): ModelRegistry {
  const providers: ModelProvider[] = [];
  const known: CatalogueEntry[] = [];
  if (config.anthropic) {
    providers.push(withWireNames(createAnthropicProvider(config.anthropic)));
    known.push(...cloudEntries('anthropic', config.anthropic.model));
  }
  if (config.openai) {
    providers.push(withWireNames(createOpenAiProvider(config.openai)));
    known.push(...cloudEntries('openai', config.openai.model));
  }
  if (config.llama) {
    providers.push(withWireNames(createLlamaProvider(config.llama)));
    known.push(llamaEntry(config.llama));
  }
  const provider = (name: string) => providers.find((each) => each.name === name) ?? null;
  const entries = withOwnEntries(
    known,
    own,
    providers.map(({ name }) => name),
  ).map((entry) => (provider(entry.provider)?.searchWeb ? entry : withoutSearch(entry)));
  const route = (needs: ModelNeeds) => routeModel(entries, needs);
  return {
    providers,
    entries,
    provider,
    entry: (name, model) =>
      entries.find((each) => each.provider === name && (each.id === model || each.aliases.includes(model))) ??
      null,
    route,
    pick(needs) {
      const { choice, reason } = route(needs);
      const chosen = choice && provider(choice.provider);
      return chosen ? { provider: chosen, entry: choice, reason } : null;
    },
  };
}
