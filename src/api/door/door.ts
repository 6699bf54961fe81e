import type { Request, Response, Router } from 'express';
import type * as z from 'zod';
import type { Authenticated } from '../../commands/authenticate.ts';
import type { Database, Tx } from '../../db/record.ts';
import type { ErrorCode } from '../../errors.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What a route says about itself: enough to parse, to answer and to write the reference. */
export interface Operation {
  method: Method;
  /** `/tasks/{taskId}`, below /api/v2. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** Default: any signed-in caller; commands decide about roles. */
  access?: 'public';
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Without a body the route takes `{}`. */
  bodyOptional?: boolean;
  /** Other ways than JSON to bring the body: media type → how the reference describes it. */
  otherBodies?: Record<string, { schema: object }>;
  reply?: z.ZodType;
  /** For answers that are no JSON. */
  replyType?: string;
  status?: 200 | 201 | 202 | 204;
  /** Codes beyond those that every route of its kind can give. */
  errors?: ErrorCode[];
}

type Out<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export interface Call<Op extends Operation> {
  caller: Authenticated;
  params: Out<Op['params']>;
  query: Out<Op['query']>;
  body: Out<Op['body']>;
  /** The value of If-Match without quotes, or null when anything will do. */
  ifMatch: string | null;
  request: Request;
  response: Response;
}

export interface DeskCall<Op extends Operation> extends Call<Op> {
  tx: Tx;
}

export type ReplyOf<Op extends Operation> = Op['reply'] extends z.ZodType ? z.output<Op['reply']> : void;

export interface Door {
  router: Router;
  db: Database;
  publicUrl: string;
  operations: Operation[];
}
