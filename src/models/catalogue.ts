import type { ModelFit } from '../core/route-model.ts';
import type { CatalogueEntry, ModelPrices } from './catalogue-entry.ts';
import { catalogueData } from './catalogue.data.ts';

/** The prices of a moment: of a workspace's own the latest that have begun, else the catalogue's. */
export function pricesAt({ prices, laterPrices = [] }: CatalogueEntry, now: Date): ModelPrices | null {
  const today = now.toISOString().slice(0, 10);
  const begun = laterPrices.filter(({ asOf }) => asOf <= today);
  return begun.toSorted((one, other) => (one.asOf < other.asOf ? 1 : -1))[0] ?? prices;
}

export function findEntry(model: string, provider?: string): CatalogueEntry | null {
  const entry = catalogueData.find(
    (each) =>
      (provider === undefined || each.provider === provider) &&
      (each.id === model || each.aliases.includes(model)),
  );
  return entry ?? null;
}

export function entriesOf(provider: string): CatalogueEntry[] {
  return catalogueData.filter((entry) => entry.provider === provider);
}

/** Reasoning models refuse a temperature with a 400; a model that nobody knows is taken at its word. */
export function takesTemperature(model: string): boolean {
  return findEntry(model)?.takesTemperature ?? true;
}

export interface UnknownModel {
  provider: string;
  id: string;
  fit: readonly ModelFit[];
  contextTokens: number;
  maxOutputTokens: number;
}

/** Models that reason before they answer, and hand their reasoning out encrypted. Unknown ones are not asked. */
export function reasons(model: string): boolean {
  return findEntry(model)?.takesTemperature === false;
}

/** For a model on a compatible server that the catalogue does not know: no price, fit and window from the configuration. */
export function unknownEntry(model: UnknownModel): CatalogueEntry {
  return { ...model, aliases: [], prices: null, takesTemperature: true };
}

/** `…/SmolLM2-135M-Instruct.Q4_1.gguf` is `smollm2-135m-instruct`: the file's name without folder, quantisation and ending. */
export function modelIdOfFile(file: string): string {
  const name = file.split(/[\\/]/).at(-1) ?? file;
  return name
    .replace(/\.gguf$/i, '')
    .replace(/[.-](?:I?Q\d\w*|F16|F32|BF16)$/i, '')
    .toLowerCase();
}
