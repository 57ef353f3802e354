// `inventory-sd reload`: the running sidecar polls now; the exit code tells how that poll ended.

import type { ListenAddress } from '../../lib/listen-address.ts';
import { isPostReply } from '../endpoints.ts';
import { ask, WAIT_MS } from './ask.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

/** @throws AppError when no sidecar answers. */
export async function reload(address: ListenAddress, terminal: Terminal): Promise<ExitCode> {
  const question = {
    method: 'POST',
    path: '/-/reload',
    waitMs: WAIT_MS.reload,
    isOurs: isPostReply,
  } as const;
  const { status, body } = await ask(address, question);
  if (status !== 200) {
    terminal.err(body);
    return EXIT.failed;
  }
  terminal.out(body);
  return EXIT.ok;
}
