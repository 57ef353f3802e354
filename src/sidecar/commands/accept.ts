// `inventory-sd accept [DIGEST]`: the running sidecar publishes what it holds; `--undo` publishes the list before that.

import { isPostReply } from '../endpoints.ts';
import { ask, WAIT_MS } from './ask.ts';
import type { OwnServer } from './own-server.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

export interface Decision {
  /** What the person saw in `show` or `check`; undefined: whatever is held now. */
  readonly digest: string | undefined;
  readonly undo: boolean;
}

/** @throws AppError when no sidecar answers. */
export async function accept(
  server: OwnServer,
  { digest, undo }: Decision,
  terminal: Terminal,
): Promise<ExitCode> {
  if (undo && digest !== undefined) {
    terminal.err('accept takes a digest or --undo, not both');
    return EXIT.usage;
  }
  const query = undo ? '?undo' : digest === undefined ? '' : `?digest=${encodeURIComponent(digest)}`;
  const path = `/-/accept${query}`;
  const { status, body } = await ask(server, {
    method: 'POST',
    path,
    waitMs: WAIT_MS.reload,
    isOurs: isPostReply,
  });
  terminal[status === 200 ? 'out' : 'err'](body);
  return status === 200 ? EXIT.ok : EXIT.failed;
}
