import { candidateSentences } from '../../core/documents/candidate-sentences.ts';
import { kinds } from '../../core/documents/kinds.ts';
import { scorePrompts } from '../../core/documents/score-prompts.ts';
import { templatePrompts } from '../../core/documents/template-match.ts';
import { loadDocuments } from './turn-context.ts';
import type { CallContext, ChosenModel, Prepared } from './call-context.ts';

/** Sentences that a model is asked about in one step; each costs about 100 ms on the built-in model. */
const mostSentences = 24;

/** Calls of a model that can only score: which template fits, which sentences matter. */
export async function prepareScore(
  context: CallContext,
  model: ChosenModel,
): Promise<Omit<Prepared, 'body'>> {
  const { tx, task, effect } = context;
  const documents = await loadDocuments(tx, task.id);
  if (effect.purpose === 'choose_template') {
    const templates = await tx.sql<{ id: string; name: string; description: string }>(
      `SELECT id, name, description FROM workflows WHERE workspace_id = $1 AND origin = 'template' AND archived_at IS NULL ORDER BY id`,
      [tx.workspaceId],
    );
    return {
      request: { kind: 'score', ...model, ...templatePrompts(task.goal) },
      score: { use: 'template', goal: task.goal, files: documents.length, templates },
    };
  }
  const about = task.method?.about ?? 'summary';
  const candidates = candidateSentences(documents, kinds[about], { max: mostSentences });
  return {
    request: { kind: 'score', ...model, ...scorePrompts(candidates, kinds[about]) },
    score: { use: 'quote', about, candidates, fileNames: documents.map((document) => document.name) },
  };
}
