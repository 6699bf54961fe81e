import type { WorkflowDefinition } from '../contracts/workflow.ts';
import { checkDefinition } from '../core/workflow/validate-definition.ts';
import type { ParsedDefinition } from '../core/workflow/parse-definition.ts';
import type { Tx } from '../db/record.ts';
import { readWorkflowWorld } from '../db/workflow-world.ts';
import { AppError } from '../errors.ts';
import { unstorable } from '../contracts/storable.ts';

export interface DefinitionSource {
  /** A JSON value, or JSON or YAML text. */
  source: unknown;
  /** Names of the tools that exist. */
  tools: readonly string[];
}

/** Everything that is wrong with a definition here and now; a definition comes back only when nothing is. */
export async function checkSource(tx: Tx, { source, tools }: DefinitionSource): Promise<ParsedDefinition> {
  const checked = checkDefinition(source, await readWorkflowWorld(tx, tools));
  if (checked.definition === null) return checked;
  // Escapes in YAML text become characters only now.
  const problems = unstorable(checked.definition);
  return problems.length > 0 ? { definition: null, problems } : checked;
}

export async function readDefinition(tx: Tx, source: DefinitionSource): Promise<WorkflowDefinition> {
  const { definition, problems } = await checkSource(tx, source);
  if (definition) return definition;
  const places = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  throw new AppError('invalid_workflow', `The workflow has ${places}.`, { problems });
}
