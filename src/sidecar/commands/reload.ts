// `inventory-sd reload`: the running sidecar polls now; the exit code tells how that poll ended.

import type { ListenAddress } from '../../lib/listen-address.ts';
import { ask } from './ask.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

/** @throws AppError when no sidecar answers. */
export async function reload(address: ListenAddress, terminal: Terminal): Promise<ExitCode> {
  const { status, body } = await ask(address, 'POST', '/-/reload');
  if (status !== 200) {
    terminal.err(body);
    return EXIT.failed;
  }
  terminal.out(body);
  return EXIT.ok;
}
