import type { Agent } from '../../../src/contracts/agent.ts';
import { newChatAddress } from '../chat/address.ts';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon } from '../icons/icon.tsx';
import { linkTo } from '../shell/router.ts';
import { useDuty } from './use-agents.ts';

export function AgentRow({ agent, mayAct }: { agent: Agent; mayAct: boolean }) {
  const duty = useDuty(agent.id);
  const paused = agent.status === 'offline';
  return (
    <div className="sr agt">
      <AgentTile agent={agent} />
      <span className="grow">
        <span className="fm blk ell">{agent.name}</span>
        <span className="ts t3 blk">{whatItDoes(agent)}</span>
        {duty.error && (
          <span className="ts s-failed blk" role="alert">
            {duty.error.message}
          </span>
        )}
      </span>
      <Load agent={agent} />
      {mayAct && (
        <button
          type="button"
          className="btn sm ghost"
          disabled={duty.isPending}
          title={paused ? 'Give it work again' : 'Give it no new work'}
          onClick={() => duty.mutate(!paused)}
        >
          {paused ? 'Resume' : 'Pause'}
          <span className="vh"> {agent.name}</span>
        </button>
      )}
      <a className="btn sm" {...linkTo(newChatAddress(agent.id))}>
        <Icon name="chat" small />
        Chat
        <span className="vh"> with {agent.name}</span>
      </a>
    </div>
  );
}

function whatItDoes({ role, capabilities }: Agent): string {
  const can = capabilities.map(({ name, level }) => `${name.replaceAll(/[_-]/g, ' ')} ${level}`);
  if (can.length > 0) return can.join(' · ');
  return role === 'chief_of_staff' ? 'Plans, delegates, reports' : 'Whatever needs no special skill';
}

const said = {
  offline: { word: 'Paused', look: 'off' },
  idle: { word: 'Free', look: '' },
  active: { word: 'At work', look: '' },
  busy: { word: 'No free slot', look: 'wait' },
  error: { word: 'Keeps failing', look: 'off' },
} as const;

function Load({ agent: { status, active, limits } }: { agent: Agent }) {
  const { word, look } = said[status];
  return (
    <span className="row ts t2 load">
      <span className={`dot ${look}`} aria-hidden="true" />
      <span className="nw">{word}</span>
      <span className="t3 tn nw">
        {active} of {limits.maxConcurrent}
      </span>
    </span>
  );
}
