/**
 * The published JSON Schema (2020-12) of a workflow definition, in the form that strict structured output takes.
 *
 * 1. Every object lists all its keys as required and is closed; no keyword that OpenAI or Anthropic refuses under strict output.
 * 2. At most 16 "this or that" (Anthropic's limit over one schema): absent text is `""`, absent retry is `maxAttempts: 1`,
 *    free keys are `[{ name, value }]` or JSON text. The parser reads these and the easier ways that people write alike.
 * 3. What strict output cannot say (lengths, ranges, forms of ids) stands in the descriptions and is checked by validation.
 */
import { onErrorActions, workflowLimits } from '../../contracts/workflow.ts';

type Schema = { readonly [keyword: string]: unknown };

const text = (description: string): Schema => ({ type: 'string', description });
const whole = (description: string): Schema => ({ type: 'integer', description });
const list = (items: Schema, description: string): Schema => ({ type: 'array', items, description });
const oneOf = (values: readonly string[], description: string): Schema => ({
  type: 'string',
  enum: values,
  description,
});
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const object = (properties: Record<string, Schema>, description?: string): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...(description !== undefined && { description }),
});

const references =
  'May contain references: ${{ inputs.name }}, ${{ steps.id.output.path }}, and the item of a forEach.';
const duration = 'ISO 8601 duration such as PT30S, PT10M or P1D';

const forEach = object(
  {
    items: text('A reference to a list, or a CEL expression that gives one'),
    as: text('Name of the item in this step, usually "item"'),
    maxParallel: whole('How many at once, 1 to 200'),
  },
  `Runs the step once per item (at most ${workflowLimits.forEachItems}); its output is the list of outputs. null: once`,
);

const retry = object(
  {
    maxAttempts: whole('All attempts, the first included, 1 to 20; 1 is no retry'),
    initialInterval: text(`${duration}, usually PT1S`),
    backoff: { type: 'number', description: 'Factor from one interval to the next, 1 to 10, usually 2' },
    maxInterval: text(`${duration}, usually PT10M`),
  },
  'Attempts after a failure',
);

const step = (kind: string, description: string, properties: Record<string, Schema>): Schema =>
  object(
    {
      id: text('A letter, then letters, digits, "_" or "-"; at most 64 characters; unique'),
      kind: oneOf([kind], description),
      title: text('A few words for people'),
      dependsOn: list(
        { type: 'string' },
        'Ids of the steps that have to end before; steps without a path between them run in parallel',
      ),
      join: oneOf(
        ['all', 'any'],
        'all: each dependency completed; any: all have ended and at least one completed',
      ),
      if: text('CEL over inputs and steps; when false the step is skipped. "" is always'),
      with: object(properties),
      forEach: orNull(forEach),
      retry,
      timeout: text(`${duration}; "" is none`),
      onError: oneOf(
        onErrorActions,
        'fail: the run fails; continue: the run goes on without it; replan: ask for a new plan',
      ),
    },
    description,
  );

const steps = [
  step('agent', 'An agent works towards a goal', {
    goal: text(`What is to be done, complete in itself: the agent sees nothing else. ${references}`),
    agentId: text('Id of the agent; "" when chosen by "requires"'),
    requires: list(
      object({ capability: text('Name of a capability'), level: whole('1 to 5') }),
      'What the agent must be able to do; [] is anybody',
    ),
    tools: list(
      { type: 'string' },
      'Names of tools that it cannot be done without: only an agent that may use them all gets it; most often []',
    ),
    files: list({ type: 'string' }, 'File ids, or references to file ids'),
    outputSchema: text('JSON text of a JSON Schema that the output has to fit; "" is free text'),
    budget: orNull(
      object({
        money: orNull({ type: 'number', description: 'US dollars' }),
        tokens: orNull(whole('Tokens')),
      }),
    ),
    method: orNull(
      object(
        {
          name: oneOf(['quote', 'rank', 'compose', 'check'], 'How a model that can only score does it'),
          about: orNull({ type: 'string', enum: ['risks', 'highlights', 'summary'] }),
        },
        'Usually null',
      ),
    ),
  }),
  step('tool', 'Calls a tool', {
    tool: text('Name of the tool'),
    arguments: text(`JSON text of an object. ${references}`),
  }),
  step('approval', 'Waits until a person approves', {
    title: text('What is to be approved'),
    details: text(`What the person should know. ${references}`),
    expiresIn: text(`${duration}; "" is never`),
    remindBefore: text(`${duration} before it expires, when people are told once more; "" is not at all`),
    fourEyes: { type: 'boolean', description: 'true: two different people have to agree' },
  }),
  step('workflow', 'Runs another workflow', {
    workflowId: text('Id of the workflow'),
    version: orNull(whole('null is the newest')),
    inputs: text(`JSON text of an object. ${references}`),
  }),
  step('wait', 'Waits; exactly one of the three is said, the others are ""', {
    for: text(duration),
    until: text('Time with zone such as 2030-01-31T09:00:00Z, or a reference to one'),
    message: text('What message to wait for'),
  }),
  step('set', 'Computes values', {
    values: list(
      object({
        name: text('Letters, digits, "_" or "-"'),
        value: text('A CEL expression; text stands in quotes'),
      }),
      'The output of the step: an object with these names',
    ),
  }),
];

export const workflowJsonSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Workflow definition',
  ...object({
    name: text('A few words'),
    description: text('What the workflow is for; "" is none'),
    inputs: text('JSON text of a JSON Schema of the inputs; "" is no inputs'),
    steps: list({ anyOf: steps }, `1 to ${workflowLimits.steps} steps`),
    output: text(
      'The result, most often one reference such as ${{ steps.write.output }}; "" is the outputs of the last steps by id',
    ),
  }),
};
