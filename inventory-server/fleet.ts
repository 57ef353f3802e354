// The sensor fleet as a program: settings from the environment, a clean stop at SIGTERM and SIGINT.

import '../src/lib/node-version.ts';
import { once } from 'node:events';
import { AppError } from '../src/lib/errors.ts';
import { createLogger } from '../src/lib/log.ts';
import { stopSignal } from '../src/lib/stop-signal.ts';
import { readFleetSettings } from './fleet/settings.ts';
import { startFleet } from './fleet/start-fleet.ts';

async function main(): Promise<void> {
  const settings = readFleetSettings(process.env);
  const logger = createLogger(settings.logLevel);
  logger.info(
    { ...settings, down: [...settings.down], slow: [...settings.slow] },
    'settings of the sensor fleet',
  );
  const stopping = stopSignal((signal) => logger.info({ signal }, 'sensor fleet stops'));
  const fleet = await startFleet(settings, logger);
  if (!stopping.aborted) await once(stopping, 'abort');
  await fleet.stop();
}

main().catch((error: unknown) => {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
