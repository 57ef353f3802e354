// The built pages, made once for all test files.

import { type PageFile, readPageFiles } from '../../src/tsdb/web/page-files.ts';
import { buildPages, PAGE_INPUTS } from '../../tools/build-pages.ts';
import { builtOnce } from './built-once.ts';

/** The files, of sources as they are now. */
export async function builtPages(): Promise<ReadonlyMap<string, PageFile>> {
  return readPageFiles(await builtOnce('pages', PAGE_INPUTS, buildPages));
}
