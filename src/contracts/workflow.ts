/**
 * The shape of a workflow definition. A workflow saved by a person and a plan written by a Chief of Staff are the same thing.
 *
 * The parsed form (the types below) has every key: what was left out, or was `null`, is `null`, `[]` or the default, so that readers
 * never ask "undefined or null?". Parsing a parsed definition changes nothing.
 *
 * Strict structured output of model providers knows no objects with free keys, and allows few "this or null" (Anthropic: 16 in a
 * schema). So some things may be written in more ways than one; parsing turns them into the one form:
 *
 * | place                                                 | people write         | a model under strict output writes        |
 * |-------------------------------------------------------|----------------------|-------------------------------------------|
 * | `set` → `with.values`                                 | `{ total: "1 + 1" }` | `[{ "name": "total", "value": "1 + 1" }]` |
 * | `tool` → `with.arguments`, `workflow` → `with.inputs` | `{ city: "Bonn" }`   | JSON text: `"{\"city\":\"Bonn\"}"`        |
 * | `inputs`, `agent` → `with.outputSchema` (JSON Schema) | `{ type: object }`   | JSON text                                 |
 * | `output`                                              | any JSON             | one text, most often a reference          |
 * | a text that may be absent                             | leave it out, `null` | `""`                                      |
 * | `retry` that may be absent                            | leave it out, `null` | `maxAttempts: 1`                          |
 *
 * Three kinds of text:
 * - *expression*: CEL over `inputs`, `steps` and the item of a forEach (`if`, `set` values, `forEach.items`);
 * - *template*: text with references `${{ inputs.x }}`, `${{ steps.id.output.path }}`, `${{ item }}` (all other text in `with`, `output`);
 *   text that is exactly one reference is the value itself, an embedded one becomes text;
 * - *literal*: ids, titles, durations (ISO 8601, `PT30S`).
 * An expression may also be exactly one reference.
 */
import * as z from 'zod';

export const workflowLimits = {
  steps: 1000,
  forEachItems: 200,
  maxParallel: 200,
  dependsOn: 1000,
  expression: 1000,
  template: 50_000,
  title: 200,
  description: 5000,
  values: 100,
  requires: 20,
  tools: 50,
  files: 100,
  maxAttempts: 20,
  /** Runs above a nested run. */
  nesting: 5,
  /** Nested runs below one run, however deep: a workflow that runs itself for each of its items would be billions. */
  nestedRuns: 5000,
  /** Depth of brackets in the whole document; deeper is refused before anything walks it. */
  jsonDepth: 64,
  /** Characters of the document as text. */
  text: 2_000_000,
} as const;

export const stepKinds = ['agent', 'tool', 'approval', 'workflow', 'wait', 'set'] as const;
export type StepKind = (typeof stepKinds)[number];

export const stepIdPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const namePattern = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** ISO 8601 in weeks, days, hours, minutes, seconds. No months and years: their length depends on the day. */
export const durationPattern =
  /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

const absentIsNull = <T extends z.ZodType>(schema: T): z.ZodDefault<z.ZodNullable<T>> =>
  schema.nullable().default(null as never);
/** For text: `""` is absent too. */
const absentTextIsNull = <T extends z.ZodType<string>>(schema: T): z.ZodDefault<z.ZodNullable<T>> =>
  z
    .preprocess((given) => (given === '' ? null : given), schema.nullable())
    .optional()
    .transform((given) => given ?? null)
    .pipe(schema.nullable() as never) as never;
const absentIs = <T extends z.ZodType>(
  schema: T,
  value: z.output<T>,
): z.ZodPipe<z.ZodDefault<z.ZodNullable<T>>, T> =>
  schema
    .nullable()
    .default(value as never)
    .transform((given) => given ?? value)
    .pipe(schema as never) as never;

/** Any JSON value. */
export const Json = z.json().meta({ id: 'Json', description: 'Any JSON value' });
export type Json = z.infer<typeof Json>;

const stepId = z.string().regex(stepIdPattern, 'a letter, then up to 63 letters, digits, "_" or "-"');
const expression = z.string().min(1).max(workflowLimits.expression);
const template = z.string().min(1).max(workflowLimits.template);
const duration = z
  .string()
  .max(40)
  .regex(
    durationPattern,
    'an ISO 8601 duration in weeks, days, hours, minutes, seconds, such as "PT30S" or "P1DT12H"',
  );

/** Where JSON text may stand for what it says. */
export const jsonTextKeys: ReadonlySet<string> = new Set(['inputs', 'outputSchema', 'arguments', 'values']);

/** JSON text and `[{ name, value }]` become the record that they stand for; anything else is left for the schema to judge. */
export const toRecord = (value: unknown): unknown => {
  if (value === '') return null;
  if (typeof value === 'string') {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  if (!Array.isArray(value) || !value.every(isNamedValue)) return value;
  const names = new Set(value.map((entry) => entry.name));
  return names.size === value.length
    ? Object.fromEntries(value.map((entry) => [entry.name, entry.value]))
    : value;
};

const isNamedValue = (entry: unknown): entry is { name: string; value: unknown } =>
  typeof entry === 'object' &&
  entry !== null &&
  typeof (entry as { name?: unknown }).name === 'string' &&
  Object.keys(entry).every((key) => key === 'name' || key === 'value');

const freeRecord = <T extends z.ZodType>(value: T) => {
  const record = z.record(z.string().regex(namePattern, 'a name: letters, digits, "_" or "-"'), value);
  return z
    .preprocess((given) => toRecord(given) ?? {}, record)
    .optional()
    .transform((given): Record<string, z.output<T>> => given ?? {})
    .pipe(record as unknown as z.ZodType<Record<string, z.output<T>>, Record<string, z.output<T>>>);
};

const anyObject = z.record(z.string(), z.unknown()).nullable();
const jsonSchemaObject = z
  .preprocess((given) => toRecord(given) ?? null, anyObject)
  .optional()
  .transform((given) => given ?? null)
  .pipe(anyObject);

const requirement = z.strictObject({
  capability: z.string().min(1).max(100),
  level: absentIs(z.int().min(1).max(5), 1),
});

/** How a model that can only score does the step without writing freely. Models that can write ignore it. */
export const StepMethod = z.strictObject({
  name: z.enum(['quote', 'rank', 'compose', 'check']),
  about: absentIsNull(z.enum(['risks', 'highlights', 'summary'])),
});
export type StepMethod = z.infer<typeof StepMethod>;

export const StepBudget = z.strictObject({
  /** US dollars */
  money: absentIsNull(z.number().positive().max(1_000_000)),
  tokens: absentIsNull(z.int().positive().max(1_000_000_000)),
});
export type StepBudget = z.infer<typeof StepBudget>;

const agentWith = z.strictObject({
  goal: template,
  agentId: absentTextIsNull(z.string().min(1).max(200)),
  /** `[]` says: anybody. Either this or `agentId` is given. */
  requires: absentIsNull(z.array(requirement).max(workflowLimits.requires)),
  /** Tools that it must be allowed to use. */
  tools: absentIs(z.array(z.string().min(1).max(100)).max(workflowLimits.tools), []),
  /** File ids, or references to one or to a list of them. */
  files: absentIs(z.array(z.string().min(1).max(500)).max(workflowLimits.files), []),
  outputSchema: jsonSchemaObject,
  budget: absentIsNull(StepBudget),
  method: absentIsNull(StepMethod),
});

const toolWith = z.strictObject({ tool: z.string().min(1).max(200), arguments: freeRecord(Json) });

/** What a task does whose step is a tool call. `planned`: nobody but a model wrote the step. */
export interface StepToolCall {
  tool: string;
  arguments: Record<string, unknown>;
  planned: boolean;
}

const approvalWith = z.strictObject({
  title: z.string().min(1).max(workflowLimits.title),
  details: absentTextIsNull(template),
  expiresIn: absentTextIsNull(duration),
  /** People are told once more, this long before it expires. */
  remindBefore: absentTextIsNull(duration),
  /** Two different people agree; whoever started the run is none of them. */
  fourEyes: absentIs(z.boolean(), false),
});

const workflowWith = z.strictObject({
  workflowId: z.string().min(1).max(200),
  /** `null`: the newest one when the step starts */
  version: absentIsNull(z.int().min(1)),
  inputs: freeRecord(Json),
});

/** Exactly one of the three. */
const waitWith = z.strictObject({
  for: absentTextIsNull(duration),
  /** ISO 8601 time with a zone, or a reference to one */
  until: absentTextIsNull(z.string().min(1).max(500)),
  message: absentTextIsNull(template),
});

const setWith = z.strictObject({
  /** A text is an expression; a number, true, false or null is itself. */
  values: freeRecord(z.union([expression, z.number(), z.boolean(), z.null()])),
});

export const ForEach = z.strictObject({
  /** A list written out, a reference to one, or an expression that gives one. */
  items: z.union([expression, z.array(Json)]),
  as: absentIs(z.string().regex(variablePattern, 'a name: letters, digits or "_"'), 'item'),
  maxParallel: absentIs(z.int().min(1).max(workflowLimits.maxParallel), 10),
});
export type ForEach = z.infer<typeof ForEach>;

export const StepRetry = z.strictObject({
  /** All attempts, the first one included. */
  maxAttempts: z.int().min(1).max(workflowLimits.maxAttempts),
  initialInterval: absentIs(duration, 'PT1S'),
  backoff: absentIs(z.number().min(1).max(10), 2),
  maxInterval: absentIs(duration, 'PT10M'),
});
export type StepRetry = z.infer<typeof StepRetry>;

export const onErrorActions = ['fail', 'continue', 'replan'] as const;

const shared = {
  id: stepId,
  title: absentTextIsNull(z.string().max(workflowLimits.title)),
  dependsOn: absentIs(z.array(z.string().min(1).max(64)).max(workflowLimits.dependsOn), []),
  /** `all`: each dependency completed. `any`: all have ended, one at least completed. */
  join: absentIs(z.enum(['all', 'any']), 'all'),
  if: absentTextIsNull(expression),
  forEach: absentIsNull(ForEach),
  retry: absentIsNull(StepRetry),
  timeout: absentTextIsNull(duration),
  onError: absentIs(z.enum(onErrorActions), 'fail'),
};

export const AgentStep = z.strictObject({ ...shared, kind: z.literal('agent'), with: agentWith });
export const ToolStep = z.strictObject({ ...shared, kind: z.literal('tool'), with: toolWith });
export const ApprovalStep = z.strictObject({ ...shared, kind: z.literal('approval'), with: approvalWith });
export const WorkflowCallStep = z.strictObject({
  ...shared,
  kind: z.literal('workflow'),
  with: workflowWith,
});
export const WaitStep = z.strictObject({ ...shared, kind: z.literal('wait'), with: waitWith });
export const SetStep = z.strictObject({ ...shared, kind: z.literal('set'), with: setWith });
export type AgentStep = z.infer<typeof AgentStep>;
export type ToolStep = z.infer<typeof ToolStep>;
export type ApprovalStep = z.infer<typeof ApprovalStep>;
export type WorkflowCallStep = z.infer<typeof WorkflowCallStep>;
export type WaitStep = z.infer<typeof WaitStep>;
export type SetStep = z.infer<typeof SetStep>;

export const Step = z.discriminatedUnion('kind', [
  AgentStep,
  ToolStep,
  ApprovalStep,
  WorkflowCallStep,
  WaitStep,
  SetStep,
]);
export type Step = z.infer<typeof Step>;

export const WorkflowDefinition = z
  .strictObject({
    name: z.string().min(1).max(workflowLimits.title),
    description: absentTextIsNull(z.string().max(workflowLimits.description)),
    /** JSON Schema of the run's inputs */
    inputs: jsonSchemaObject,
    steps: z.array(Step).min(1).max(workflowLimits.steps),
    /** Any JSON with references; `null`: the outputs of the steps that nothing depends on, by id. */
    output: z
      .preprocess((given) => (given === '' ? null : given), Json.default(null))
      .optional()
      .transform((given) => given ?? null)
      .pipe(Json),
  })
  .meta({ id: 'WorkflowDefinition', description: 'Steps that run as soon as what they depend on has ended' });
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

/** What a person or a model sends: keys may be left out, free keys may be written in any of their three ways. */
export type WorkflowDefinitionInput = z.input<typeof WorkflowDefinition>;
