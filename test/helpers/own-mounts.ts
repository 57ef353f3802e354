// Mounts that only one process sees and that go with it.

import { startProgram } from './process.ts';

// Without being root it takes a user namespace too, which some systems and most containers refuse.
const UNSHARE = [['--mount'], ['--user', '--map-root-user', '--mount']];

/**
 * Finds how to start a program that sees a mount of its own.
 * @param mount arguments of mount(8), such as `-t tmpfs tmpfs /folder`.
 * @returns what to put before the program and its arguments; undefined when this system lets us mount nothing.
 */
export async function withMount(...mount: readonly string[]): Promise<readonly string[] | undefined> {
  const quoted = mount.map((word) => `'${word}'`).join(' ');
  for (const flags of UNSHARE) {
    const launcher = ['unshare', ...flags, 'sh', '-c', `mount ${quoted} && exec "$@"`, 'sh'];
    const [file = '', ...args] = [...launcher, 'true'];
    if ((await startProgram(file, args).exit).code === 0) return launcher;
  }
  return undefined;
}
