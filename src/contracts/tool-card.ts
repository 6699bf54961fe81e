import * as z from 'zod';

export const risks = ['low', 'medium', 'high'] as const;
export const Risk = z.enum(risks);
export type Risk = z.infer<typeof Risk>;

/** `none`: it only reads. `keyed`: it may be repeated with the same key. `at_most_once`: never repeated without a person's word. */
export const EffectKind = z.enum(['none', 'keyed', 'at_most_once']);
export type EffectKind = z.infer<typeof EffectKind>;

/** What people, models and the policy know about a tool. */
export interface ToolCard {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
  risk: Risk;
  effect: EffectKind;
  /** One call may take this long, in milliseconds. At most four minutes: then its worker counts as lost. */
  timeoutMs: number;
  /** Where it comes from, for people: the name of a tool server. Left out: built in. */
  origin?: string;
}

/** What a model is told of a tool. */
export type ToolFace = Pick<ToolCard, 'name' | 'description' | 'parameters'>;

export const ToolView = z
  .object({
    name: z.string(),
    description: z.string(),
    parameters: z.record(z.string(), z.unknown()).describe('JSON Schema of the arguments'),
    risk: Risk.describe('Without a rule, what is of high risk needs a person’s yes'),
    effect: EffectKind,
    timeoutMs: z.int(),
    origin: z.string().describe('built in, or the tool server that it comes from'),
  })
  .meta({ id: 'Tool' });
export type ToolView = z.infer<typeof ToolView>;
