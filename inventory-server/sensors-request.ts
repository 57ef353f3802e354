// What the admin API is asked to do with the list: `{"count": n}` or `{"names": [...]}`.

import { invalid, readInteger, readObject, readText, refuseOthers } from './fields.ts';
import { MAX_SENSORS } from './list.ts';

const MAX_NAME_LENGTH = 255;

export type SensorsRequest = { readonly count: number } | { readonly names: readonly string[] };

/** @throws AppError `invalid` with the field and the reason. */
export function readSensorsRequest(body: string, leastCount: number): SensorsRequest {
  const fields = readObject(body);
  refuseOthers(fields, ['count', 'names'], 'the list of sensors');
  if (fields.count !== undefined && fields.names !== undefined)
    throw invalid('names', 'cannot go with count');
  if (fields.names !== undefined) return { names: readNames(fields.names) };
  if (fields.count === undefined) throw invalid('body', 'needs count or names');
  return { count: readInteger('count', fields.count, leastCount, MAX_SENSORS) };
}

/** `?count=n` of DELETE. @throws AppError `invalid` with the field and the reason. */
export function readCountQuery(query: URLSearchParams): number {
  refuseOthers(Object.fromEntries(query), ['count'], 'the query');
  const values = query.getAll('count');
  if (values.length > 1) throw invalid('count', `given ${values.length} times`);
  const [text] = values;
  return readInteger(
    'count',
    text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : text,
    1,
    MAX_SENSORS,
  );
}

function readNames(value: unknown): string[] {
  if (!Array.isArray(value)) throw invalid('names', 'must be a list of strings');
  const names = value.map((name: unknown, i) => readText(`names[${i}]`, name, MAX_NAME_LENGTH));
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw invalid('names', `has ${JSON.stringify(name)} twice`);
    seen.add(name);
  }
  return names;
}
