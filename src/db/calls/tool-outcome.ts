/** What a call of a tool brought. */
export interface ToolOutcome {
  text: string;
  isError?: boolean;
  data?: unknown;
  /** Why it was not made at all, for a step of a workflow. */
  code?: 'approval_denied' | 'tool_refused';
}
