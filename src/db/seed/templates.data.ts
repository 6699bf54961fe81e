import { WorkflowDefinition, type WorkflowDefinitionInput } from '../../contracts/workflow.ts';

/**
 * The workflow templates of a new workspace: read every file, rank what was found, write it up, check it. The goal texts
 * are for models that can write; `method` says how a model that can only score does the same step from quotes.
 */
type About = 'risks' | 'highlights' | 'summary';

interface Template {
  name: string;
  description: string;
  about: About;
  read: string;
  rank: string;
  write: string;
}

const common = `The person asked: "\${{ inputs.goal }}"`;

function definitionOf({ name, description, about, read, rank, write }: Template): WorkflowDefinition {
  const definition: WorkflowDefinitionInput = {
    name,
    description,
    inputs: {
      type: 'object',
      required: ['goal', 'files'],
      properties: {
        goal: { type: 'string', minLength: 1, description: 'What is wanted, in the words of whoever asked' },
        files: { type: 'array', minItems: 1, items: { type: 'string' }, description: 'Ids of the documents' },
      },
    },
    steps: [
      {
        id: 'read',
        kind: 'agent',
        title: 'Read the documents',
        forEach: { items: 'inputs.files', as: 'file', maxParallel: 4 },
        with: {
          goal: `${common}\n\n${read}\n\nQuote word for word and give the place of every quote (page, clause, row). Invent nothing: what the document does not say, leave out. If nothing in it matters here, say so in one sentence.`,
          requires: [{ capability: 'research', level: 4 }],
          files: [`\${{ file }}`],
          method: { name: 'quote', about },
        },
      },
      {
        id: 'rank',
        kind: 'agent',
        title: 'Weigh the findings',
        dependsOn: ['read'],
        with: {
          goal: `${common}\n\nYou are given what was found in each document. ${rank} Merge findings that say the same. Keep each finding's quote and its document and place unchanged.`,
          requires: [{ capability: 'analysis', level: 4 }],
          method: { name: 'rank', about },
        },
      },
      {
        id: 'write',
        kind: 'agent',
        title: 'Write it up',
        dependsOn: ['rank'],
        with: {
          goal: `${common}\n\nYou are given the ranked findings. ${write} Name the document and the place after every claim. Use only figures that stand in a quote. Repeat nothing. Answer with Markdown only.`,
          requires: [{ capability: 'writing', level: 4 }],
          method: { name: 'compose', about },
        },
      },
      {
        id: 'check',
        kind: 'agent',
        title: 'Check it against the sources',
        dependsOn: ['rank', 'write'],
        with: {
          goal: `${common}\n\nYou are given the text that was written and the ranked findings it rests on. Check that every claim has a source among the findings, that every figure in it stands in a quote, that nothing is said twice, and that it does what was asked. Name each fault with its place; if there is none, say that it is sound.`,
          requires: [{ capability: 'review', level: 4 }],
          files: [`\${{ inputs.files }}`],
          method: { name: 'check', about },
        },
      },
    ],
    output: `\${{ steps.write.output.markdown }}`,
  };
  return WorkflowDefinition.parse(definition);
}

export const templates: WorkflowDefinition[] = [
  definitionOf({
    name: 'Board memo of risks',
    description:
      'Reads documents and writes a one-page memo for the board: the biggest risks, dangers, problems, threats and obligations, each with its source.',
    about: 'risks',
    read: 'Find the risks in this one document: losses, delays, outages, breaches, penalties, deadlines, dependencies, falling figures, obligations that are hard to keep.',
    rank: 'Rank the risks by how much harm each can do and how likely it is, the biggest first, and keep as many as the person asked for (three if no number is named).',
    write:
      'Write a memo of at most one page: a heading, one sentence that sums up, then one short section per risk with what it is, why it matters, and its source.',
  }),
  definitionOf({
    name: 'Highlights brief',
    description:
      'Reads documents and writes a short brief of the good news: achievements, wins, growth, progress, strengths and opportunities, each with its source.',
    about: 'highlights',
    read: 'Find what went well in this one document: results above plan, growth, wins, milestones reached, strengths, opportunities.',
    rank: 'Rank the highlights by how much they matter to the reader, the most important first, and keep as many as the person asked for (five if no number is named).',
    write:
      'Write a brief of at most one page: a heading, one sentence that sums up, then a list of the highlights, one or two sentences each, with its source.',
  }),
  definitionOf({
    name: 'Summary of documents',
    description:
      'Reads documents and summarises what they say: the main points, facts and decisions, each with its source.',
    about: 'summary',
    read: 'Find the main points of this one document: what it is, what it says, its decisions, dates and key figures.',
    rank: 'Order the points by how much they matter for understanding the documents, the most important first; at least one from each document, at most ten.',
    write:
      'Write a summary of at most one page: a heading, two sentences that say what the documents are, then the main points in order, with their sources.',
  }),
];
