// The plain page at /: state, what is held and why, last change, links. No script, nothing from elsewhere.

import { factsOf, type StatusReport } from './status-report.ts';

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}' +
  'h1{font-size:1.25rem}dt{font-weight:600;margin-top:.75rem}dd{margin:0;overflow-wrap:anywhere}' +
  '.state{padding:.6rem .8rem;border-left:.4rem solid #1a7f37}.degraded{border-color:#bf8700}.down{border-color:#cf222e}';

/** The Content-Security-Policy of the page. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

const LINKS = ['/status', '/metrics', '/readyz', '/readyz?fresh=1', '/livez'];

/** Writes the page; nothing in the report is taken for HTML. */
export function renderPage(report: StatusReport): string {
  const kind = report.fresh ? '' : report.ready ? ' degraded' : ' down';
  const facts = factsOf(report).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const links = LINKS.map((path) => `<a href="${path}">${path}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>inventory-sd: ${escapeHtml(report.state)}</title><style>${STYLE}</style></head>
<body><h1>inventory-sd ${escapeHtml(report.version)}</h1>
<p class="state${kind}">${escapeHtml(report.state)}</p>
<dl>${facts.join('\n')}</dl>
<p>${links.join(' · ')}</p>
</body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
