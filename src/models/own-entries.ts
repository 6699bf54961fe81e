// What a workspace says about models, laid over what the catalogue says.
import type { SetModel } from '../contracts/model.ts';
import { unknownEntry } from './catalogue.ts';
import type { CatalogueEntry, ModelPrices } from './catalogue-entry.ts';

export interface OwnEntry {
  provider: string;
  model: string;
  entry: SetModel;
}

/** For a model that the catalogue does not know and of which nothing else was said. */
const unknown = { fit: ['write'] as const, contextTokens: 128_000, maxOutputTokens: 8_192 };

/** Entries of configured providers with what was said of them; models that only the workspace knows come last. */
export function withOwnEntries(
  entries: readonly CatalogueEntry[],
  own: readonly OwnEntry[],
  providers: readonly string[],
): CatalogueEntry[] {
  const isOf = (entry: CatalogueEntry, { provider, model }: OwnEntry) =>
    entry.provider === provider && entry.id === model;
  const known = entries.map((entry) => {
    const said = own.find((each) => isOf(entry, each));
    return said ? laidOver(entry, said.entry) : entry;
  });
  const added = own
    .filter((each) => providers.includes(each.provider) && !entries.some((entry) => isOf(entry, each)))
    .map(({ provider, model, entry }) => laidOver(unknownEntry({ provider, id: model, ...unknown }), entry));
  return [...known, ...added];
}

function laidOver(entry: CatalogueEntry, said: SetModel): CatalogueEntry {
  const { prices, webSearch, ...rest } = said;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...withSearch(entry, webSearch),
    ...given,
    own: true,
    ...(prices ? { laterPrices: prices.map(pricesFrom) } : {}),
  };
}

/** Of a model that the catalogue does not search with nobody has said how much a search brings: as much as of those that bring most. */
const mostPromptTokens = 40_000;

function withSearch(entry: CatalogueEntry, said: SetModel['webSearch']): CatalogueEntry {
  if (said === undefined) return entry;
  const { webSearch: known, ...rest } = entry;
  if (said === null) return rest;
  const price = { ...said, checked: true };
  return { ...rest, webSearch: { price, promptTokens: known?.promptTokens ?? mostPromptTokens } };
}

/** What is not said about the cache is taken for the dearest that is usual: nothing off for reading, nothing added for writing. */
function pricesFrom(price: NonNullable<SetModel['prices']>[number]): ModelPrices {
  const { from, inputPerMTok, outputPerMTok } = price;
  const { cachedInputPerMTok = inputPerMTok, cacheWritePerMTok = inputPerMTok } = price;
  return {
    ...{ inputPerMTok, cachedInputPerMTok, cacheWritePerMTok, outputPerMTok },
    asOf: from,
    checked: true,
    longPrompt: null,
  };
}
