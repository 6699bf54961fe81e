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
<title>Adjutant API</title><link rel="icon" href="/favicon.svg" type="image/svg+xml"><style>${style}</style></head><body>
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

/** The colours of the page (web/src/styles/tokens.css), in its light and its dark. */
const style = `:root{color-scheme:light dark;--bg:light-dark(#f7f8f8,#0d0f10);--surface:light-dark(#fff,#131617);--line:light-dark(#e5e8e9,#24282a);--text:light-dark(#15191b,#eceeef);--text-2:light-dark(#495156,#b0b7ba);--accent:light-dark(#0a6474,#5cc4d4);--tag:light-dark(#e9ecec,#24282a)}
body{margin:0;background:var(--surface);color:var(--text);font:14px/22px "Inter Variable",Inter,system-ui,sans-serif;display:grid;grid-template-columns:208px minmax(0,1fr)}
a{color:var(--accent);text-underline-offset:3px}:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:12px 16px;box-sizing:border-box;background:var(--bg);border-right:1px solid var(--line)}nav a{display:block;padding:3px 0;color:var(--text-2);text-decoration:none}nav a:hover{color:var(--text);text-decoration:underline}nav a:first-child{color:var(--text);font-weight:600}
main{padding:16px 32px;max-width:60rem;min-width:0}h1{font-size:24px;line-height:32px}h2{font-size:20px;line-height:28px}h3{margin:8px 0;font-size:14px;overflow-wrap:anywhere}article{border:1px solid var(--line);border-radius:8px;padding:4px 16px;margin:16px 0}details{margin:12px 0}summary{cursor:pointer;color:var(--text-2)}
.m{font:600 12px ui-monospace,monospace;padding:2px 6px;border-radius:4px;background:var(--tag)}code,pre{font:13px/20px ui-monospace,monospace}code{overflow-wrap:anywhere}
pre{overflow:auto;background:var(--bg);border:1px solid var(--line);padding:8px 12px;border-radius:6px}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:4px 8px 4px 0;border-top:1px solid var(--line)}
@media(max-width:700px){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}nav a{display:inline-block;margin-right:12px}main{padding:8px 16px}}`;
