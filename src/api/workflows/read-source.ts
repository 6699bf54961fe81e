import type { Request, Response } from 'express';
import { invalidRequest } from '../door/parse-input.ts';
import { hasBody, readBodyText, readJson, unsupportedBody } from '../door/read-json.ts';

const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];

export const yamlBody = {
  'application/yaml': { schema: { type: 'string', description: 'The same as YAML' } },
};

/** A definition as it came: a JSON value, or YAML text. */
export async function readSource(request: Request, response: Response): Promise<unknown> {
  if (!hasBody(request))
    throw invalidRequest([{ pointer: '', code: 'required', message: 'A workflow definition is missing.' }]);
  if (request.is(yamlTypes)) return readBodyText(request, response);
  if (!request.is(['application/json', 'application/*+json']))
    throw unsupportedBody('application/json or application/yaml');
  const value = await readJson(request, response);
  // A text would be taken for YAML; in a JSON body it is a mistake.
  if (typeof value === 'string')
    throw invalidRequest([{ pointer: '', code: 'invalid_type', message: 'Expected an object.' }]);
  return value;
}
