import { parse as parseCsv } from 'csv-parse/sync';
import type { OutsideTool, OutsideToolContext } from './tool.ts';

/** Formats that a task may write: how the file ends, what it is for browsers, and how it is read again. */
const formats = {
  markdown: { ending: '.md', mediaType: 'text/markdown', kind: 'markdown' },
  csv: { ending: '.csv', mediaType: 'text/csv', kind: 'csv' },
  json: { ending: '.json', mediaType: 'application/json', kind: 'text' },
  text: { ending: '.txt', mediaType: 'text/plain', kind: 'text' },
} as const;
type Format = keyof typeof formats;

export interface ArtifactFile {
  name: string;
  kind: string;
  mediaType: string;
  content: string;
}

/** Keeps the file. The same call (`context.key`) gives the same file, however often it is made. */
export type SaveArtifact = (
  context: OutsideToolContext,
  file: ArtifactFile,
) => Promise<{ id: string; name: string }>;

const mostCharacters = 1_000_000;

export function createWriteArtifact(save: SaveArtifact): OutsideTool {
  return {
    place: 'outside',
    risk: 'low',
    effect: 'keyed',
    timeoutMs: 30_000,
    name: 'write_artifact',
    description:
      'Writes a file of this task that people can open and download: a report in Markdown, a table in CSV, data in JSON, or plain text.',
    parameters: {
      type: 'object',
      properties: {
        name: {
          type: 'string',
          description: 'Name of the file, without folders',
          minLength: 1,
          maxLength: 120,
        },
        format: { type: 'string', enum: Object.keys(formats) },
        content: { type: 'string', description: 'The whole file', minLength: 1, maxLength: mostCharacters },
      },
      required: ['name', 'format', 'content'],
      additionalProperties: false,
    },
    run: async (context, args) => {
      const { format, content } = args as { format: Format; content: string };
      const name = String(args.name).normalize('NFC').trim();
      const problems = [...nameProblems(name), ...contentProblems(format, content)];
      if (problems.length > 0)
        return {
          text: `The file was not written:\n${problems.map((each) => `- ${each}`).join('\n')}`,
          isError: true,
        };
      const { ending, mediaType, kind } = formats[format];
      const whole = name.toLowerCase().endsWith(ending) ? name : `${name}${ending}`;
      const file = await save(context, { name: whole, kind, mediaType, content: content.toWellFormed() });
      return { text: `Written: ${file.name} (${file.id}).`, data: { fileId: file.id, name: file.name } };
    },
  };
}

function nameProblems(name: string): string[] {
  const problems: string[] = [];
  if (/[/\\]/.test(name)) problems.push('name: a file has no folders here; leave out / and \\.');
  if (/[\p{Cc}\u202a-\u202e\u2066-\u2069<>:"|?*]/u.test(name))
    problems.push('name: it has characters that file names must not have.');
  if (name === '' || name.startsWith('.')) problems.push('name: it must not be empty or begin with a dot.');
  return problems;
}

function contentProblems(format: Format, content: string): string[] {
  if (content.includes('\u0000')) return ['content: it holds a null character.'];
  if (content.trim() === '') return ['content: it is empty.'];
  if (format === 'json') return faultOf(() => JSON.parse(content), 'this is no JSON');
  if (format === 'csv') return faultOf(() => parseCsv(content, { bom: true }), 'this is no CSV');
  return [];
}

function faultOf(parse: () => unknown, words: string): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    return [`content: ${words}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
