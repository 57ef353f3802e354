// Which labels, and which values of one, the series have that a query selects.

import { request } from '../kit/request.ts';
import { type Selector, writeSelector } from './selector.ts';

const MAX_NAMES = 500;

/** Without that of the metric. @throws RequestError. */
export async function labelNames(selector: Selector): Promise<string[]> {
  const fields = new URLSearchParams({ 'match[]': writeSelector(selector), limit: String(MAX_NAMES) });
  const names = await request<string[]>(`api/v1/labels?${fields}`);
  return names.filter((name) => name !== '__name__');
}

/** Also the values besides the one that the query asks for, so that another one can be chosen. @throws RequestError. */
export function labelValues({ metric, matchers }: Selector, name: string, most: number): Promise<string[]> {
  const others = matchers.filter((matcher) => matcher.name !== name);
  const match = writeSelector({ metric, matchers: others });
  const fields = new URLSearchParams({ limit: String(most) });
  if (match !== '') fields.set('match[]', match);
  return request(`api/v1/label/${encodeURIComponent(name)}/values?${fields}`);
}
