/** The schema that is published for editors, people and models. */
export { workflowJsonSchema } from '../core/workflow/json-schema.ts';
