import type { AgentRef } from '../../../src/contracts/task.ts';
import { Icon } from '../icons/icon.tsx';
import { linkTo } from '../shell/router.ts';
import { newChatAddress } from './address.ts';

/** Leads from a task to a chat with its agent about it. */
export function ChatLink({ agent, taskId }: { agent: AgentRef; taskId: string }) {
  return (
    <a className="btn sm ghost" {...linkTo(newChatAddress(agent.id, taskId))}>
      <Icon name="chat" small />
      Ask<span className="vh"> {agent.name} about it</span>
    </a>
  );
}
