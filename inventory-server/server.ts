// The inventory server as a program: read settings, start, stop on a signal.

import '../src/lib/node-version.ts';
import { once } from 'node:events';
import { messageOf } from '../src/lib/errors.ts';
import { hostPort } from '../src/lib/listen-address.ts';
import { createLogger } from '../src/lib/log.ts';
import { stopSignal } from '../src/lib/stop-signal.ts';
import { readConfig } from './config.ts';
import { startInventoryServer } from './inventory-server.ts';

async function main(): Promise<void> {
  const { logLevel, ...settings } = readConfig(process.env);
  const log = createLogger(logLevel);
  log.info(settings, 'settings of the inventory server');
  const stopping = stopSignal((signal) => log.info({ signal }, 'inventory server stops'));
  const server = await startInventoryServer(settings, log);
  const { address, adminAddress } = server;
  log.info(
    {
      address: hostPort(address.host, address.port),
      adminAddress: hostPort(adminAddress.host, adminAddress.port),
    },
    'inventory server listens',
  );
  if (!stopping.aborted) await once(stopping, 'abort');
  await server.stop();
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
