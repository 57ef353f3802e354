// `inventory-sd reload`: the running sidecar polls now; the exit code tells how that poll ended.

import { isPostReply } from '../endpoints.ts';
import { ask, WAIT_MS } from './ask.ts';
import type { OwnServer } from './own-server.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

/** @throws AppError when no sidecar answers. */
export async function reload(server: OwnServer, terminal: Terminal): Promise<ExitCode> {
  const question = {
    method: 'POST',
    path: '/-/reload',
    waitMs: WAIT_MS.reload,
    isOurs: isPostReply,
  } as const;
  const { status, body } = await ask(server, question);
  if (status !== 200) {
    terminal.err(body);
    return EXIT.failed;
  }
  terminal.out(body);
  return EXIT.ok;
}
