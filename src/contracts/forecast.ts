import * as z from 'zod';

const range = (what: string) =>
  z
    .object({
      low: z.number().describe('One in ten stayed below'),
      likely: z.number().describe('Half stayed below'),
      high: z.number().describe('Nine in ten stayed below'),
    })
    .describe(what);

/** What a goal is going to cost, as far as the record can tell. */
export const Forecast = z
  .object({
    usd: range('US dollars')
      .nullable()
      .describe('Null = no history, or one with models whose price is not known'),
    tokens: range('Input and output together').nullable(),
    seconds: range('From the start to the end, waiting included').nullable(),
    basis: z
      .object({
        kind: z
          .enum(['similar', 'all', 'none'])
          .describe(
            'similar: goals in like words; all: whatever the same agents did last; none: there is no history',
          ),
        goals: z.int().describe('How many goals it is taken from'),
        text: z.string().describe('For people'),
      })
      .describe('What it rests on'),
    limit: z
      .object({ usd: z.number().nullable(), tokens: z.int().nullable() })
      .describe('The budget of the goal; null = not limited'),
    warning: z.string().nullable().describe('When the budget may not be enough'),
  })
  .meta({ id: 'Forecast' });
export type Forecast = z.infer<typeof Forecast>;
export type ForecastRange = NonNullable<Forecast['usd']>;
