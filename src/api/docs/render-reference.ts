import { errorCodes } from '../../errors.ts';
import { statusOf } from '../door/problem.ts';
import type { ApiDocument } from './openapi.ts';
import { type DescribedOperation, listOperations } from './list-operations.ts';
import { schemaText } from './schema-text.ts';

/** The reference as one page without scripts: it needs no network and passes our own content policy. */
export function renderReference(document: ApiDocument): string {
  const operations = listOperations(document);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const section = (tag: string) => {
    const own = operations.filter((operation) => operation.tag === tag);
    return `<section><h2 id="${escape(tag)}">${escape(tag)}</h2>${own.map(renderOperation).join('')}</section>`;
  };
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<h3 id="schema-${escape(name)}">${escape(name)}</h3><pre>${linked(schemaText(schema))}</pre>`,
  );
  const codes = errorCodes.map(
    (code) => `<tr id="problem-${code}"><td><code>${code}</code></td><td>${statusOf[code]}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Adjutant API</title><style>${style}</style></head><body>
<nav><a href="/">Adjutant</a>${tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join('')}<a href="#schemas">schemas</a><a href="#codes">codes</a><a href="/api/v2/openapi.json">openapi.json</a></nav>
<main><h1>Adjutant API</h1><p>${prose(document.info.description ?? '')}</p><p>All paths begin with <code>/api/v2</code>.</p>
${tags.map(section).join('\n')}
<section><h2 id="schemas">schemas</h2>${schemas.join('\n')}</section>
<section><h2 id="codes">codes of problems</h2><table><tr><th>code</th><th>status</th></tr>${codes.join('')}</table></section>
</main></body></html>`;
}

function renderOperation(operation: DescribedOperation): string {
  const parameters = operation.parameters
    .map(
      ({ name, in: place, required, description, schema }) =>
        `<tr><td><code>${escape(name)}</code>${required ? ' *' : ''}</td><td>${place}</td><td><code>${linked(schemaText(schema))}</code> ${escape(description ?? '')}</td></tr>`,
    )
    .join('');
  const bodies = operation.bodies.map(
    ({ type, schema }) => `<p>Body <code>${type}</code></p><pre>${linked(schemaText(schema))}</pre>`,
  );
  const answers = operation.answers
    .map(
      ({ status, description, schema }) =>
        `<tr><td>${status}</td><td>${escape(description)}</td><td><code>${schema ? linked(schemaText(schema)) : ''}</code></td></tr>`,
    )
    .join('');
  return `<article id="${operation.id}"><h3><span class="m">${operation.method}</span> <code>${escape(operation.path)}</code></h3>
<p>${escape(operation.summary)}. ${prose(operation.description)}</p>
<details><summary>Parameters, body, answers</summary>${parameters ? `<table>${parameters}</table>` : ''}${bodies.join('')}<table>${answers}</table></details></article>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Prose: what stands between backticks is code. */
function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** Names of schemas become links. */
function linked(text: string): string {
  return escape(text).replace(/→(\w+)/g, '<a href="#schema-$1">$1</a>');
}

const style = `:root{color-scheme:light dark}body{margin:0;font:15px/1.5 system-ui,sans-serif;display:grid;grid-template-columns:12rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;box-sizing:border-box;border-right:1px solid #8884}nav a{display:block;padding:.15rem 0;color:inherit}
main{padding:1rem 2rem;max-width:60rem}article{border:1px solid #8884;border-radius:8px;padding:.25rem 1rem;margin:1rem 0}h3{margin:.5rem 0}
.m{font:600 12px ui-monospace,monospace;padding:.15rem .4rem;border-radius:4px;background:#8883}code,pre{font:13px/1.5 ui-monospace,monospace}
pre{overflow:auto;background:#8881;padding:.75rem;border-radius:6px}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .5rem;border-top:1px solid #8884}
@media(max-width:700px){body{display:block}nav{position:static;height:auto}}`;
