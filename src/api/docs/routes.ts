import type { Express } from 'express';
import { workflowJsonSchema } from '../../commands/workflow-schema.ts';
import type { Door } from '../door/door.ts';
import { type ApiDocument, describeApi } from './openapi.ts';
import { renderReference } from './render-reference.ts';

/** The reference for programs (/api/v2/openapi.json) and for people (/docs). Made when first asked for: all routes are known then. */
export function docsRoutes(app: Express, door: Door): void {
  let made: { document: ApiDocument; json: string; html: string } | undefined;
  const reference = () => {
    if (made) return made;
    const document = describeApi(door.operations, door.publicUrl);
    made = { document, json: JSON.stringify(document), html: renderReference(document) };
    return made;
  };
  app.get('/api/v2/openapi.json', (_request, response) => {
    response.set('Cache-Control', 'no-cache').type('application/json').end(reference().json);
  });
  app.get('/schemas/workflow.json', (_request, response) => {
    response
      .set('Cache-Control', 'no-cache')
      .type('application/schema+json')
      .end(JSON.stringify(workflowJsonSchema));
  });
  app.get('/docs', (_request, response) => {
    response.set('Cache-Control', 'no-cache').type('html').end(reference().html);
  });
}
