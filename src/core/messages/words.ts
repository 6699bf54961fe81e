/** Messages as a model reads them. A person's word may steer the task; what agents write is material, whoever it quotes. */
import { type MessageContent, type MessageType, wantsAnswer } from '../../contracts/message.ts';
import { material } from '../prompts/turn.ts';
import { headOf } from '../context/clip.ts';

export interface SaidMessage {
  id: string;
  type: MessageType;
  fromKind: 'agent' | 'person' | 'run';
  fromName: string;
  fromTaskId: string | null;
  content: MessageContent;
}

export function messageText(message: SaidMessage): string {
  const { id, type, fromKind, fromName, fromTaskId } = message;
  const asks = wantsAnswer(type) ? ` It wants an answer (reply_to ${id}).` : '';
  if (fromKind === 'person')
    return `# Message from ${fromName}, a person in charge\n\n${contentText(message.content)}\n\nTake it into account from here on; it goes before the task where they differ.${asks}`;
  const about = `${words[type] ?? 'message'} from agent ${fromName}${fromTaskId ? ` (task ${fromTaskId})` : ''}`;
  return `# Message\n\n${material(about, contentText(message.content))}${asks}`;
}

const words: Partial<Record<MessageType, string>> = {
  request: 'request',
  reply: 'reply',
  error: 'error',
  status_update: 'status update',
  capability_response: 'capabilities',
};

/** Text, then the data for programs as JSON. */
export function contentText({ text, data }: MessageContent): string {
  return data === undefined || data === null ? text : `${text}\n\n${JSON.stringify(data)}`;
}

/** What the tool that asked is told: a person's own words, or an agent's as material. */
export function answerText({ fromKind, fromName, content }: Omit<SaidMessage, 'id' | 'fromTaskId'>): string {
  const text = contentText(content);
  return fromKind === 'person' ? `${fromName} answered: ${text}` : material(`answer of ${fromName}`, text);
}

/** A title from the first line of a text. */
export function titleOfText(text: string): string {
  const line = text.trim().split('\n')[0]?.trim() ?? '';
  return line.length <= 100 ? line : `${headOf(line, 100).replace(/\s+\S*$/, '')}…`;
}
