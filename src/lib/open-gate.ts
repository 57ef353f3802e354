// The gate of a program's web configuration, when there is one; what happens to its files goes to the log.

import { messageOf } from './errors.ts';
import type { Logger } from './log.ts';
import type { WebGate } from './web-gate.ts';

/**
 * Opens the gate that `openWebGate` describes, loaded only when it is needed.
 * @param file undefined: no gate.
 * @throws AppError `web_config`.
 */
export async function openGate(
  file: string | undefined,
  livenessPaths: readonly string[],
  log: Logger,
): Promise<WebGate | undefined> {
  if (file === undefined) return undefined;
  const { openWebGate } = await import('./web-gate.ts');
  return openWebGate(file, livenessPaths, {
    reread: () => log.info({ file }, 'web configuration read again'),
    faulty: (error) => log.error(`${messageOf(error)}; the last good one stays in force`),
    failed: (err) => log.error({ err }, 'request failed'),
  });
}
