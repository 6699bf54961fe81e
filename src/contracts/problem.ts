import * as z from 'zod';
import { errorCodes } from '../errors.ts';

/** RFC 9457 problem details, as every error of the REST API looks. */
export const ProblemDetails = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(errorCodes),
    detail: z.string(),
    instance: z.string().optional().describe('The request id, for whoever looks into the logs'),
    problems: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })),
  })
  .meta({ id: 'Problem', description: 'What went wrong, with every place' });
export type ProblemDetails = z.infer<typeof ProblemDetails>;
