// Pages of the list: `?page=1&per_page=100`; without `page` there is one page, the whole list.

import { AppError } from '../src/lib/errors.ts';

export const MAX_PAGE_SIZE = 10_000;

export interface Page {
  /** From 1. */
  readonly number: number;
  readonly size: number;
}

/** @returns undefined for the whole list. @throws AppError `invalid` for a query we do not know. */
export function readPage(query: URLSearchParams, defaultSize: number): Page | undefined {
  for (const name of query.keys()) {
    if (name !== 'page' && name !== 'per_page')
      throw new AppError('invalid', `${name}: no such query parameter`);
  }
  const number = readNumber(query, 'page', Number.MAX_SAFE_INTEGER);
  const size = readNumber(query, 'per_page', MAX_PAGE_SIZE);
  if (number !== undefined) return { number, size: size ?? defaultSize };
  if (size !== undefined) throw new AppError('invalid', 'per_page: needs page');
  return undefined;
}

export function slicePage(names: readonly string[], page: Page | undefined): readonly string[] {
  return page === undefined ? names : names.slice((page.number - 1) * page.size, page.number * page.size);
}

/** The Link header to the next page; undefined on the last one and beyond. */
export function nextLink(path: string, page: Page | undefined, count: number): string | undefined {
  if (page === undefined || page.number * page.size >= count) return undefined;
  return `<${path}?page=${page.number + 1}&per_page=${page.size}>; rel="next"`;
}

function readNumber(query: URLSearchParams, name: string, max: number): number | undefined {
  const values = query.getAll(name);
  if (values.length === 0) return undefined;
  if (values.length > 1) throw new AppError('invalid', `${name}: given ${values.length} times`);
  const number = /^\d{1,16}$/.test(values[0] ?? '') ? Number(values[0]) : 0;
  if (number >= 1 && number <= max) return number;
  throw new AppError(
    'invalid',
    `${name}: must be a whole number from 1 to ${max}, is ${JSON.stringify(values[0])}`,
  );
}
