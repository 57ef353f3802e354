// What axe-core finds on a page as it stands, in words; nothing, when people can use it.

import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** @returns one line for each finding, with the first elements it is about. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
  return violations.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} ${failureSummary}`);
    return `${id}: ${help}: ${where.join('; ')}`;
  });
}
