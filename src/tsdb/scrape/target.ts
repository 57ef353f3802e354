// One target: its labels, its URL, and what makes it the same target in the next list.

import type { Labels } from '../../model/labels.ts';

export interface Target {
  /** Before relabelling. */
  readonly discoveredLabels: Labels;
  /** Those that its series carry, sorted: none that begins with `__`. */
  readonly labels: Labels;
  readonly scrapeUrl: TargetUrl;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Equal for what Prometheus holds to be one target: all labels but those that begin with `__meta_`, and the URL. */
  readonly key: string;
}

/** As it is shown, and its parts as they are sent. */
export interface TargetUrl {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
}

type Params = Readonly<Record<string, readonly string[]>>;

/** @param relabelled all labels after relabelling, `instance` among them. */
export function createTarget(
  discoveredLabels: Labels,
  relabelled: Labels,
  params: Params,
  intervalMs: number,
  timeoutMs: number,
): Target {
  const identity = Object.entries(relabelled).filter(([name]) => !name.startsWith('__meta_'));
  identity.sort(([a], [b]) => (a < b ? -1 : 1));
  const scrapeUrl = urlOf(relabelled, params);
  return {
    discoveredLabels,
    labels: Object.fromEntries(identity.filter(([name]) => !name.startsWith('__'))),
    scrapeUrl,
    intervalMs,
    timeoutMs,
    key: `${scrapeUrl.text}\n${JSON.stringify(identity)}`,
  };
}

const PARAM = '__param_';

/** Source of the rules: Target.URL of Prometheus; a `__param_` label replaces the first value of its parameter. */
function urlOf(labels: Labels, params: Params): TargetUrl {
  const scheme = labels.__scheme__ ?? '';
  const host = labels.__address__ ?? '';
  const query = queryOf(paramsOf(labels, params));
  const given =
    pathOf(labels.__metrics_path__ ?? '').replace(/^(?=[^/])/, '/') + (query === '' ? '' : `?${query}`);
  const path = given.startsWith('/') ? given : `/${given}`;
  return { text: `${scheme}://${host}${given}`, scheme, host, path };
}

function paramsOf(labels: Labels, params: Params): ReadonlyMap<string, readonly string[]> {
  const all = new Map(Object.entries(params));
  for (const [name, value] of Object.entries(labels)) {
    if (!name.startsWith(PARAM)) continue;
    const param = name.slice(PARAM.length);
    all.set(param, [value, ...(all.get(param) ?? []).slice(1)]);
  }
  return all;
}

// As Go's url.Values.Encode: by name.
function queryOf(params: ReadonlyMap<string, readonly string[]>): string {
  return [...params]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value) => `${queryEscape(name)}=${queryEscape(value)}`))
    .join('&');
}

function queryEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%20|[!'()*]/g, (part) =>
    part === '%20' ? '+' : percent(part),
  );
}

// As Go's URL.EscapedPath: a question mark and a percent sign belong to the path.
function pathOf(path: string): string {
  return path
    .toWellFormed()
    .replace(/[^A-Za-z0-9\-_.~$&+,/:;=@]/gu, (part) =>
      /^[\x20-\x7e]$/.test(part) ? percent(part) : encodeURIComponent(part),
    );
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
