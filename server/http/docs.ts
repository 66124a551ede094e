// /api/docs: every route, as OpenAPI for programs and as a page for people. The page is made here and needs no script.
import type { FastifyInstance } from 'fastify';
import type { Role } from '../../protocol/messages.ts';

interface Schema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema; description?: string }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  /** Who may ask; empty: anyone. */
  'x-roles'?: Role[];
}

interface Description {
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
}

/** Adds to a route's description who may ask: what OpenAPI calls security, and the roles by name. */
export function withRoles<S extends object>(schema: S | undefined, roles: readonly Role[]): S {
  return { ...schema, 'x-roles': roles, ...(roles.length ? {} : { security: [] }) } as unknown as S;
}

export function docsRoutes(app: FastifyInstance): void {
  const open = (summary: string) => ({ config: { roles: [] }, schema: { summary } });
  const described = () => app.swagger() as unknown as Description;

  app.get('/api/docs', open('This description: a page for browsers, OpenAPI for others'), async (request, reply) => {
    reply.header('vary', 'accept');
    if (!/\btext\/html\b/.test(request.headers.accept ?? '')) return described();
    return reply.type('text/html; charset=utf-8').send(page(described()));
  });
  app.get('/api/docs/json', open('This description as OpenAPI'), async () => described());
  app.get('/api/docs/style.css', { config: { roles: [] }, schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'max-age=3600').send(STYLE),
  );
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character]);

function page({ info, paths }: Description): string {
  const operations = Object.entries(paths)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => section(method, path, operation)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}: HTTP API</title>
<link rel="stylesheet" href="/api/docs/style.css">
</head>
<body>
<main>
<h1>${escaped(info.title)} ${escaped(info.version)}: HTTP API</h1>
<p>${escaped(info.description)} The same for programs: <a href="/api/docs/json">OpenAPI</a>.</p>
<p>Where the server asks for tokens, a request carries one: <code>Authorization: Bearer TOKEN</code>.</p>
${operations.join('\n')}
</main>
</body>
</html>
`;
}

function section(method: string, path: string, { summary, parameters = [], requestBody, 'x-roles': roles = [] }: Operation): string {
  const rows = [
    ...parameters.map(({ name, in: where, required, schema, description }) => row(name, where, schema, required, description)),
    ...Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) =>
      schema.properties
        ? Object.entries(schema.properties).map(([name, field]) => row(name, 'body', field, schema.required?.includes(name)))
        : [row(type, 'body', schema, requestBody?.required)],
    ),
  ];
  const head = '<tr><th>name</th><th>in</th><th>type</th><th></th></tr>';
  const table = rows.length ? `\n<table>\n<thead>${head}</thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>` : '';
  return `<section>
<h2><code><b>${method.toUpperCase()}</b> ${escaped(path)}</code></h2>
<p>${escaped(summary ?? '')}. <span>${roles.length ? `For: ${roles.join(', ')}` : 'For anyone'}.</span></p>${table}
</section>`;
}

function row(name: string, where: string, schema: Schema, required = false, description = schema.description): string {
  const notes = [
    required ? 'required' : '',
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
    description ?? '',
  ];
  const cells = [`<code>${escaped(name)}</code>`, where, escaped(typeOf(schema)), escaped(notes.filter(Boolean).join('; '))];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function typeOf({ type, enum: values, minimum, maximum, maxLength }: Schema): string {
  const name = values ? values.map((value) => JSON.stringify(value)).join(' | ') : [type ?? 'any'].flat().join(' | ');
  if (minimum !== undefined && maximum !== undefined) return `${name}, ${minimum} to ${maximum}`;
  return maxLength === undefined ? name : `${name}, up to ${maxLength}`;
}

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin: 2rem 0 0; font-size: 1.05rem; overflow-wrap: anywhere; }
p { margin: 0.3rem 0; }
code { font-family: ui-monospace, monospace; }
span { opacity: 0.75; }
table { border-collapse: collapse; margin-top: 0.5rem; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; border-bottom: 1px solid #8884; }
`;
