// The configuration file and the scrapes it asks for, from the start and whenever it is read again.

import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { type ConfigFile, readConfigFile } from '../config/config-file.ts';
import { type Configuration, createConfiguration } from '../config/configuration.ts';
import type { Flags } from '../config/flags.ts';
import type { ScrapeManager } from '../scrape/manager.ts';

interface ScrapingParts {
  readonly flags: Pick<Flags, 'configFile'>;
  readonly first: ConfigFile;
  readonly scraper: ScrapeManager;
  readonly log: Logger;
}

/** `first` is not yet in force. */
export function configure({ flags, first, scraper, log }: ScrapingParts): Configuration {
  return createConfiguration({
    first,
    now: Date.now,
    read: () => readConfigFile(flags.configFile),
    apply: (file) => putInForce(file, scraper, log),
    failed: (error) => log.error(`${messageOf(error)}; the last good one stays in force`),
  });
}

export function putInForce(file: ConfigFile, scraper: ScrapeManager, log: Logger): void {
  const { scrapeConfigs, warnings } = file;
  for (const warning of warnings) log.warn(warning);
  scraper.apply(scrapeConfigs);
  log.info({ jobs: scrapeConfigs.map(({ jobName }) => jobName) }, 'configuration in force');
}
