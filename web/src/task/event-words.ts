import type { EventEnvelope, EventType } from '../../../src/contracts/event.ts';
import { count, duration, money } from '../words/format.ts';
import { waitsFor } from '../words/status-words.ts';
import type { WaitingFor } from '../../../src/contracts/status.ts';

/** `task.completed` reads "Task completed". */
export function nameOfEvent(type: EventType): string {
  const words = type.replace(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The part of an event's data that people want to read; '' when the name says it all. */
export function aboutEvent({ type, data }: EventEnvelope): string {
  const text = (name: string) => (typeof data[name] === 'string' ? data[name] : '');
  const number = (name: string) => (typeof data[name] === 'number' ? data[name] : 0);
  switch (type) {
    case 'task.assigned':
      return `${text('agentName')}: ${text('reason')}`;
    case 'task.started':
      return [text('agentName'), `attempt ${number('attempt')}`].filter(Boolean).join(', ');
    case 'task.progressed':
      return text('note');
    case 'task.waiting':
      return `for ${waitsFor(text('for') as WaitingFor)}: ${text('detail')}`;
    case 'task.redistributed': {
      const { reason } = data as { reason?: { message?: string } };
      return reason?.message ?? '';
    }
    case 'task.completed':
      return `${count(number('chars'))} characters`;
    case 'model.called':
      return [
        text('model'),
        text('outcome') === 'ok' ? '' : text('outcome'),
        duration(number('ms')),
        money(typeof data.usd === 'number' ? data.usd : null),
      ]
        .filter(Boolean)
        .join(' · ');
    case 'tool.called':
      return [text('tool'), text('outcome'), duration(number('ms'))].filter(Boolean).join(' · ');
    case 'plan.proposed':
      return `${number('steps')} steps: ${text('reason')}`;
    default:
      return text('message') || text('reason') || text('detail') || text('why') || text('title');
  }
}
