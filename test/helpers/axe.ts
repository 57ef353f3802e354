// What axe-core finds on a page as it stands, in words; nothing, when people can use it.

import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * @param part a selector of what is looked at; the whole page when absent.
 * @returns one line for each finding, with the first elements it is about.
 */
export async function axeFindings(page: Page, part = 'html'): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const run = `axe.run(${JSON.stringify(part)}, { resultTypes: ['violations'] })`;
  const { violations } = await page.evaluate<AxeResults>(run);
  return violations.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} ${failureSummary}`);
    return `${id}: ${help}: ${where.join('; ')}`;
  });
}
