import { describe, expect, it } from '@jest/globals';
import { validateDefinition } from '../../../src/core/workflow/validate-definition.ts';
import type { World } from '../../../src/core/workflow/world.ts';

const world: World = {
  agents: [
    { id: 'agt_1', capabilities: [{ name: 'research', level: 3 }], tools: ['fetch'] },
    { id: 'agt_2', capabilities: [{ name: 'writing', level: 5 }] },
  ],
  tools: ['fetch', 'search'],
  workflows: [],
  hasChiefOfStaff: false,
  deciders: 2,
};

type Raw = Record<string, unknown>;
const agent = (id: string, given: Raw): Raw => ({
  id,
  kind: 'agent',
  with: { goal: 'g', requires: [], ...given },
});
const define = (...steps: unknown[]) => ({ name: 'test', steps });
const found = (source: unknown, more: Partial<World> = {}) =>
  validateDefinition(source, { ...world, ...more }).map(({ pointer, code }) => `${pointer} ${code}`);

describe('an agent step', () => {
  it('names tools that are there, and somebody may use them all', () => {
    const research = { requires: [{ capability: 'research', level: 1 }] };
    const source = define(
      agent('a', { ...research, tools: ['fetch'] }),
      agent('b', { ...research, tools: ['fetch', 'telepathy'] }),
      agent('c', { ...research, tools: ['fetch', 'search'] }),
      agent('d', { requires: [{ capability: 'writing', level: 1 }], tools: ['fetch'] }),
      agent('e', { requires: null, agentId: 'agt_2', tools: ['fetch'] }),
      agent('f', { tools: ['search'] }),
      agent('g', { tools: ['${{ inputs.tool }}'] }),
    );
    expect(found(source)).toEqual([
      '/steps/6/with/tools/0 reference_not_allowed',
      '/steps/1/with/tools/1 unknown_tool',
      '/steps/2/with/tools no_capable_agent',
      '/steps/3/with/tools no_capable_agent',
      '/steps/4/with/tools/0 agent_without_tool',
      '/steps/5/with/tools no_capable_agent',
    ]);
    expect(validateDefinition(source, world).map((problem) => problem.message)).toContain(
      'There is no tool "telepathy". There is: fetch, search.',
    );
  });
});

describe('an approval step', () => {
  it('expires after it reminds, and finds two people where it needs them', () => {
    const approval = (given: Raw, more: Partial<World> = {}) =>
      found(define({ id: 'a', kind: 'approval', with: { title: 't', ...given } }), more);
    const at = (field: string, code: string) => [`/steps/0/with/${field} ${code}`];
    expect(approval({ expiresIn: 'PT1H', remindBefore: 'PT1M', fourEyes: true })).toEqual([]);
    expect(approval({ remindBefore: 'PT1M' })).toEqual(at('remindBefore', 'not_allowed'));
    expect(approval({ expiresIn: 'PT1H', remindBefore: 'PT1H' })).toEqual(at('remindBefore', 'too_big'));
    expect(approval({ expiresIn: 'PT1H', remindBefore: 'PT0S' })).toEqual(at('remindBefore', 'too_small'));
    expect(approval({ expiresIn: 'PT1H', remindBefore: 'soon' })).toEqual(
      at('remindBefore', 'invalid_format'),
    );
    expect(approval({ fourEyes: true }, { deciders: 1 })).toEqual(at('fourEyes', 'too_few_people'));
    expect(approval({ fourEyes: false }, { deciders: 1 })).toEqual([]);
  });
});
