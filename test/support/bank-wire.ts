import type { OutsideTool } from '../../src/tools/tool.ts';

/** A risky tool that leaves the house, and what it was called with. `breaks`: who is paid when the line breaks in the middle. */
export function createBankWire(breaks?: string): { wire: OutsideTool; wired: unknown[] } {
  const wired: unknown[] = [];
  const wire: OutsideTool = {
    name: 'bank_wire',
    description: 'Wires money.',
    parameters: {
      type: 'object',
      properties: { amount: { type: 'number', minimum: 1 }, to: { type: 'string' } },
      required: ['amount', 'to'],
      additionalProperties: false,
    },
    risk: 'high',
    effect: 'at_most_once',
    timeoutMs: 10_000,
    place: 'outside',
    destination: () => 'bank.example',
    run: async (_context, args) => {
      wired.push(args);
      if (breaks !== undefined && args.to === breaks) throw new Error('The line broke.');
      return { text: 'Wired.' };
    },
  };
  return { wire, wired };
}
