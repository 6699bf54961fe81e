/** Every expression parses, and every name in expressions and references is known at its place. */
import { type Json, toRecord, workflowLimits } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';
import type { Graph } from './check-graph.ts';
import { asObject, type Draft, type DraftStep } from './draft.ts';
import { kindOf } from './evaluate.ts';
import { compileExpression, EvaluationFailure } from './expression.ts';
import { listed, type Path, problemAt } from './problem-at.ts';
import { hasReference, onlyReference, parseTemplate } from './reference.ts';

interface Place {
  draft: Draft;
  graph: Graph;
  /** What inputs there are, as a sentence. */
  inputs: string;
  /** null: the output of the whole, which sees every step. */
  step: DraftStep | null;
  item: string | null;
}

interface Name {
  root: string;
  path: readonly (string | number)[];
  offset: number;
}

export function checkNames(draft: Draft, graph: Graph): Problem[] {
  const inputs = listed(Object.keys(asObject(draft.inputs?.properties) ?? {}));
  const whole: Place = { draft, graph, inputs, step: null, item: null };
  return [
    ...draft.steps.flatMap((step) => checkStep(step, { ...whole, step })),
    ...checkTemplates(draft.output, ['output'], whole),
  ];
}

function checkStep(step: DraftStep, outside: Place): Problem[] {
  const inside: Place = { ...outside, item: step.forEach?.as ?? null };
  const items = step.forEach?.items;
  return [
    ...(step.if === null ? [] : checkExpression(step.if, [...step.path, 'if'], outside)),
    ...(step.if === null ? [] : checkConstant(step.if, [...step.path, 'if'], mustBeCondition)),
    ...checkItems(items, [...step.path, 'forEach', 'items'], outside),
    ...Object.entries(step.with).flatMap(([field, value]) => checkField(field, value, inside)),
  ];
}

function checkItems(items: unknown, path: Path, place: Place): Problem[] {
  if (typeof items !== 'string') return checkTemplates(items, path, place);
  return [
    ...checkExpression(items, path, place),
    ...checkConstant(items, path, mustBeItems),
    ...checkItemsOfInput(items, path, place),
  ];
}

/** A list from the inputs: their schema may already say that it is none, or that it may be too long. */
function checkItemsOfInput(items: string, path: Path, { draft }: Place): Problem[] {
  const reference = onlyReference(items);
  const [name, ...others] = reference === null ? compileExpression(items).names : [reference];
  const direct = reference !== null || /^\s*inputs\.\w+\s*$/.test(items);
  const [input, ...deeper] = name?.path ?? [];
  if (!direct || others.length > 0 || name?.root !== 'inputs' || input === undefined || deeper.length > 0)
    return [];
  const { type, maxItems } = asObject(asObject(draft.inputs?.properties)?.[input]) ?? {};
  if (typeof type === 'string' && type !== 'array') {
    return [
      problemAt(
        path,
        'expression_type',
        `forEach needs a list; the input "${input}" is declared as ${type}.`,
      ),
    ];
  }
  if (typeof maxItems !== 'number' || maxItems <= workflowLimits.forEachItems) return [];
  const message = `The input "${input}" may have ${maxItems} items; at most ${workflowLimits.forEachItems} are allowed.`;
  return [problemAt(path, 'too_many_items', message)];
}

type Judge = (value: Json) => { code: string; message: string } | null;

const mustBeCondition: Judge = (value) =>
  typeof value === 'boolean'
    ? null
    : { code: 'expression_type', message: `A condition gives true or false; this gives ${kindOf(value)}.` };

const mustBeItems: Judge = (value) => {
  if (!Array.isArray(value)) {
    return { code: 'expression_type', message: `forEach needs a list; this gives ${kindOf(value)}.` };
  }
  const most = workflowLimits.forEachItems;
  return value.length <= most
    ? null
    : { code: 'too_many_items', message: `${value.length} items; at most ${most} are allowed.` };
};

/** An expression that reads nothing from outside always gives the same: it is tried out here. */
function checkConstant(text: string, path: Path, judge: Judge): Problem[] {
  if (hasReference(text)) return [];
  const { names, faults, tryOut } = compileExpression(text);
  if (names.length > 0 || faults.length > 0) return [];
  try {
    const tried = tryOut();
    const fault = tried && judge(tried.value);
    return fault === null ? [] : [problemAt(path, fault.code, fault.message)];
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    return [problemAt(path, 'expression_type', `It always fails: ${error.message}.`)];
  }
}

// What the room gets as it stands.
const literalFields = new Set([
  'requires',
  'tools',
  'outputSchema',
  'budget',
  'method',
  'tool',
  'workflowId',
  'version',
  'for',
  'expiresIn',
  'remindBefore',
  'fourEyes',
]);

function checkField(field: string, value: unknown, place: Place): Problem[] {
  const path = [...(place.step?.path ?? []), 'with', field];
  if (place.step?.kind === 'set' && field === 'values') {
    return Object.entries(asObject(toRecord(value)) ?? {}).flatMap(([name, text]) =>
      typeof text === 'string'
        ? [
            ...checkExpression(text, [...path, name], place),
            ...checkConstant(text, [...path, name], () => null),
          ]
        : [],
    );
  }
  if (!literalFields.has(field)) {
    const record = field === 'arguments' || field === 'inputs';
    return checkTemplates(record ? toRecord(value) : value, path, place);
  }
  return checkLiteral(value, path, field);
}

function checkLiteral(value: unknown, path: Path, field: string): Problem[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => checkLiteral(item, [...path, at], field));
  if (typeof value !== 'string' || !hasReference(value)) return [];
  const message = `"${field}" cannot be a reference; it has to stand in the definition.`;
  return [problemAt(path, 'reference_not_allowed', message)];
}

function checkExpression(text: string, path: Path, place: Place): Problem[] {
  if (text.length > workflowLimits.expression) return []; // the schema says so
  const reference = onlyReference(text);
  if (reference !== null) return checkName(reference, path, place);
  if (hasReference(text)) {
    const message =
      'This is an expression (CEL): name things without ${{ }} and put text in quotes, such as "Dear " + inputs.name.';
    return [problemAt(path, 'expression_syntax', message)];
  }
  const { names, faults } = compileExpression(text);
  return [
    ...faults.map(({ code, message, offset }) => problemAt(path, code, `At offset ${offset}: ${message}.`)),
    ...names.flatMap((name) => checkName(name, path, place)),
  ];
}

function checkTemplates(value: unknown, path: Path, place: Place): Problem[] {
  if (typeof value === 'string') {
    if (!hasReference(value)) return [];
    const { parts, faults } = parseTemplate(value);
    return [
      ...faults.map(({ code, message, offset }) => problemAt(path, code, `At offset ${offset}: ${message}.`)),
      ...parts.flatMap((part) => (typeof part === 'string' ? [] : checkName(part, path, place))),
    ];
  }
  if (Array.isArray(value)) return value.flatMap((item, at) => checkTemplates(item, [...path, at], place));
  return Object.entries(asObject(value) ?? {}).flatMap(([key, item]) =>
    checkTemplates(item, [...path, key], place),
  );
}

function checkName(name: Name, at: Path, place: Place): Problem[] {
  const say = (code: string, message: string) => [
    problemAt(at, code, `At offset ${name.offset}: ${message}`),
  ];
  const { root, path } = name;
  if (root === place.item) return [];
  if (root === 'inputs') return checkInput(path, place, say);
  if (root === 'steps') return checkStepName(path, place, say);
  const known = ['inputs', 'steps', ...(place.item === null ? [] : [place.item])].join(', ');
  const hyphen = place.graph.hyphenated.get(root);
  const hint =
    hyphen === undefined ? '' : ` A step id with a hyphen is written steps["${hyphen}"] in an expression.`;
  return say('unknown_name', `there is no "${root}"; known here: ${known}.${hint}`);
}

type Say = (code: string, message: string) => Problem[];

function checkInput(path: Name['path'], { draft, inputs }: Place, say: Say): Problem[] {
  const schema = draft.inputs;
  const [name] = path;
  if (name === undefined) return [];
  if (schema === null)
    return say('unknown_input', `"${name}" is used, but the definition declares no inputs.`);
  return hasProperty(schema, name) ? [] : say('unknown_input', `the inputs have no "${name}". ${inputs}`);
}

function checkStepName(path: Name['path'], place: Place, say: Say): Problem[] {
  const [id, field, first] = path;
  if (typeof id !== 'string') return say('bad_reference', 'name a step, such as steps.research.output.');
  const target = place.graph.byId.get(id);
  if (target === undefined) return say('unknown_step', `there is no step "${id}". ${place.graph.known}`);
  if (place.step !== null && place.graph.isBefore(id, place.step) === false) {
    const own =
      place.step.id === id ? 'a step cannot see its own output' : `"${id}" does not come before this step`;
    return say(
      'not_an_ancestor',
      `${own}; only what dependsOn leads to, directly or through others, can be named.`,
    );
  }
  if (field !== 'output' && field !== 'status' && field !== 'error') {
    return say('bad_reference', `of a step there is output, status and error: write steps.${id}.output.`);
  }
  return field === 'output' && first !== undefined ? checkOutput(target, first, say) : [];
}

function checkOutput(target: DraftStep, key: string | number, say: Say): Problem[] {
  if (target.forEach !== null) {
    return typeof key === 'number'
      ? []
      : say('unknown_output', `the output of "${target.id}" is a list, because it has forEach.`);
  }
  const schema =
    target.kind === 'set'
      ? { properties: asObject(toRecord(target.with.values)) ?? {} }
      : target.kind === 'agent'
        ? asObject(toRecord(target.with.outputSchema))
        : null;
  if (schema === null || hasProperty(schema, key)) return [];
  return say('unknown_output', `the output of "${target.id}" has no "${key}".`);
}

const openKeywords = ['patternProperties', '$ref', 'allOf', 'anyOf', 'oneOf', 'if'];

/** False only when the schema lists its properties and leaves no other way in. */
function hasProperty(schema: Record<string, unknown>, name: string | number): boolean {
  const properties = asObject(schema.properties);
  if (properties === null || openKeywords.some((keyword) => keyword in schema)) return true;
  const { additionalProperties } = schema;
  if (additionalProperties === true || asObject(additionalProperties) !== null) return true;
  return Object.hasOwn(properties, name);
}
