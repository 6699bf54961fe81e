import type { ReactNode } from 'react';
import type { AgentRef } from '../../../src/contracts/task.ts';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon } from '../icons/icon.tsx';
import { linkTo } from '../shell/router.ts';

interface ChatBarProps {
  agent?: Pick<AgentRef, 'name' | 'role'>;
  title?: string;
  taskId?: string | null;
  /** What can be done with the chat. */
  children?: ReactNode;
  /** Instead of the name, while it is changed. */
  instead?: ReactNode;
}

/** Where one is: the agents, one of them, and the task that it is about. */
export function ChatBar({ agent, title, taskId, children, instead }: ChatBarProps) {
  return (
    <header className="bar">
      <nav className={`crumb${instead ? '' : ' grow'}`} aria-label="Breadcrumb">
        <a className="btn icon ghost phone" {...linkTo('/agents')} aria-label="Back to agents">
          <Icon name="left" />
        </a>
        <a className="desk" {...linkTo('/agents')}>
          Agents
        </a>
        <span className="desk" aria-hidden="true">
          /
        </span>
        {agent && !instead && <AgentTile agent={agent} small />}
        <h1 className={instead ? 'vh' : 'ell'} style={{ color: 'var(--text)' }} title={title}>
          {agent ? `${agent.name}${title ? `: ${title}` : ''}` : 'Chat'}
        </h1>
      </nav>
      {instead}
      {children}
      {taskId && !instead && (
        <a className="btn sm" {...linkTo(`/tasks/${taskId}`)}>
          <Icon name="tasks" small />
          <span className="desk">Open its task</span>
          <span className="phone">Task</span>
        </a>
      )}
    </header>
  );
}
