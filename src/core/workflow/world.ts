/** What a definition may name of a workspace. */
export interface World {
  agents: readonly {
    id: string;
    capabilities: readonly { name: string; level: number }[];
    /** Names of those that it may use. */
    tools?: readonly string[];
  }[];
  tools: readonly string[];
  workflows: readonly { id: string; versions: readonly number[] }[];
  hasChiefOfStaff: boolean;
  /** People who may decide what is asked. */
  deciders: number;
  /** Lower than the product's own limits, where a workspace or an agent wants it so. */
  limits?: { steps?: number; forEachItems?: number };
}
