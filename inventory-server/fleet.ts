// The sensor fleet's process: settings from the environment, a clean stop at SIGTERM and SIGINT.

import '../src/lib/node-version.ts';
import { AppError } from '../src/lib/errors.ts';
import { createLogger } from '../src/lib/log.ts';
import { readSettings } from './fleet/settings.ts';
import { startFleet } from './fleet/start-fleet.ts';

try {
  const settings = readSettings(process.env);
  const logger = createLogger(settings.logLevel);
  const fleet = await startFleet(settings, logger);
  const stop = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'sensor fleet stops');
    fleet.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'cannot stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
