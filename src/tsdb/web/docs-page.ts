// The page that shows the OpenAPI document: plain HTML, no script.

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: string;
  readonly schema?: { readonly type?: string };
}

interface Door {
  readonly path: string;
  readonly methods: readonly string[];
  readonly operation: Operation;
}

const PAGES = ['targets', 'graph', 'status'].map((name) => `<a href="../${name}">${name}</a>`).join(', ');

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** The page of an OpenAPI document. */
export function docsPage({ info, paths }: { readonly info?: unknown; readonly paths?: unknown }): string {
  const { title, version } = info as { title: string; version: string };
  const doors = Object.entries(paths as Paths).flatMap(([path, methods]) => doorsOf(path, methods));
  const tags = [...new Set(doors.map(tagOf))];
  const sections = tags.map((tag) =>
    section(
      tag,
      doors.filter((door) => tagOf(door) === tag),
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} API</title>
<link rel="stylesheet" href="docs.css">
</head>
<body>
<header><h1>${escapeHtml(title)} ${escapeHtml(version)}</h1>
<p>As <a href="openapi.json">OpenAPI document</a>. Times are RFC 3339 or Unix seconds. The pages: ${PAGES}.</p></header>
<nav>${tags.map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`).join(' ')}</nav>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

// Methods of one path that do the same are one door.
function doorsOf(path: string, methods: Readonly<Record<string, Operation>>): Door[] {
  const shown = Object.entries(methods).filter(([name]) => name !== 'head');
  const bySummary = Map.groupBy(shown, ([, { summary }]) => summary);
  return [...bySummary.values()].map((same) => ({
    path,
    methods: same.map(([name]) => name.toUpperCase()),
    operation: same[0]?.[1] ?? {},
  }));
}

function tagOf({ operation }: Door): string {
  return operation.tags?.[0] ?? '';
}

function section(tag: string, doors: readonly Door[]): string {
  return `<section id="${escapeHtml(tag)}"><h2>${escapeHtml(tag)}</h2>\n${doors.map(article).join('\n')}\n</section>`;
}

function article({
  path,
  methods,
  operation: { summary = '', description = '', parameters = [] },
}: Door): string {
  const head = `<h3>${methods.map((method) => `<b>${escapeHtml(method)}</b>`).join(' ')} <code>${escapeHtml(path)}</code></h3>`;
  const rows = parameters.map(row).join('\n');
  const table =
    rows === '' ? '' : `<table><tr><th>parameter</th><th>in</th><th>meaning</th></tr>\n${rows}\n</table>`;
  const more = description === '' ? '' : ` ${escapeHtml(description)}`;
  return `<article>${head}<p>${escapeHtml(summary)}.${more}</p>${table}</article>`;
}

function row({ name, in: where, required, description = '', example, schema }: Parameter): string {
  const several = schema?.type === 'array' ? ' Several are allowed.' : '';
  const shown = example === undefined ? '' : ` <code>${escapeHtml(example)}</code>`;
  const need = required === true ? ', required' : '';
  return `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(where + need)}</td><td>${escapeHtml(description + several)}${shown}</td></tr>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const docsStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav a { margin-right: 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 30%, transparent); }
h3 { font-weight: normal; margin-bottom: 0; }
h3 b { font-size: 0.8rem; border: 1px solid; border-radius: 0.25rem; padding: 0.1rem 0.4rem; }
p { margin-top: 0.25rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; }
tr { border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
`;
