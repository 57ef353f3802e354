// The sensor fleet as a program: settings from the environment, a clean stop at SIGTERM and SIGINT.

import '../src/lib/node-version.ts';
import { AppError } from '../src/lib/errors.ts';
import { createLogger } from '../src/lib/log.ts';
import { readSettings } from './fleet/settings.ts';
import { startFleet } from './fleet/start-fleet.ts';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const logger = createLogger(settings.logLevel);
  logger.info(
    { ...settings, down: [...settings.down], slow: [...settings.slow] },
    'settings of the sensor fleet',
  );
  const stopAsked = Promise.race([once('SIGTERM'), once('SIGINT')]);
  const fleet = await startFleet(settings, logger);
  logger.info({ signal: await stopAsked }, 'sensor fleet stops');
  await fleet.stop();
}

function once(signal: NodeJS.Signals): Promise<NodeJS.Signals> {
  return new Promise((resolve) => process.once(signal, resolve));
}

main().catch((error: unknown) => {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
