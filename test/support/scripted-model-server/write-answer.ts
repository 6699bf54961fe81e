// An answer in the words of each protocol: the events of its stream, or its one body.
import { writeChat } from './write-chat.ts';
import { writeCompletion } from './write-completion.ts';
import { writeMessage } from './write-messages.ts';
import { writeResponse } from './write-responses.ts';
import type { Answer, ServedCall } from './script.ts';
import { wholeAnswer, type Reply } from './whole-answer.ts';

export function writeAnswer(call: ServedCall, answer: Answer): Reply {
  if (call.protocol === 'completions') return writeCompletion(call, answer);
  const whole = wholeAnswer(call, answer);
  if (call.protocol === 'responses') return writeResponse(call, whole);
  return call.protocol === 'chat' ? writeChat(call, whole) : writeMessage(call, whole);
}

/** An error in the protocol's own shape, for error statuses and error events. */
export function errorBody(
  call: ServedCall | null,
  error: { type: string; message: string; code?: string },
): unknown {
  const { type, message, code } = error;
  if (call?.protocol === 'messages') {
    const details = code === undefined ? {} : { details: { error_code: code } };
    return { type: 'error', error: { type, message, ...details }, request_id: call.id };
  }
  return { error: { message, type, param: null, code: code ?? null } };
}

export function errorEvent(call: ServedCall, error: { type: string; message: string }): string {
  if (call.protocol === 'responses') {
    const event = {
      type: 'error',
      code: error.type,
      message: error.message,
      param: null,
      sequence_number: 0,
    };
    return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
  }
  const data = JSON.stringify(errorBody(call, error));
  return call.protocol === 'messages' ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`;
}
