import { calculatorFunctions } from '../core/calculate/calculator-env.ts';
import { calculate as compute } from '../core/calculate/calculate.ts';
import { workflowLimits } from '../contracts/workflow.ts';
import type { RecordTool } from './tool.ts';

export const calculate: RecordTool = {
  place: 'record',
  risk: 'low',
  effect: 'none',
  timeoutMs: 10_000,
  name: 'calculate',
  description: `Computes an expression in CEL exactly: use it for every figure that you would otherwise compute yourself. Operators + - * / % and comparisons, lists with map, filter, all and exists, and the functions ${calculatorFunctions.join(', ')}. Example: round(sum(sales) / 12, 2) with variables {"sales": [10.5, 20]}.`,
  parameters: {
    type: 'object',
    properties: {
      expression: { type: 'string', minLength: 1, maxLength: workflowLimits.expression },
      variables: {
        type: 'object',
        description: 'Values by the names that the expression uses',
        additionalProperties: true,
      },
    },
    required: ['expression'],
    additionalProperties: false,
  },
  run: async (_context, { expression, variables }) => {
    const done = compute(String(expression), (variables ?? {}) as Record<string, unknown>);
    if ('problems' in done)
      return {
        text: `It cannot be calculated:\n${done.problems.map((each) => `- ${each}`).join('\n')}`,
        isError: true,
      };
    return { text: done.text, data: done.value };
  },
};
