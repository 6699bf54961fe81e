/** What a tool is. Tools run outside the model; whether one may be called is checked before it runs. */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
  run(context: ToolContext, args: Record<string, unknown>): Promise<ToolAnswer>;
}

export interface ToolAnswer {
  text: string;
  isError?: boolean;
}

export interface FoundPassage {
  fileId: string;
  fileName: string;
  n: number;
  label: string;
  text: string;
}

/** What a tool may see: only what belongs to its task. */
export interface ToolContext {
  searchPassages(query: string, limit: number): Promise<FoundPassage[]>;
  /** From passage `from` on, as many as fit into `characters`. Null when the task has no such file. */
  readPassages(
    file: string,
    from: number,
    characters: number,
  ): Promise<{ passages: FoundPassage[]; next: number | null } | null>;
}
