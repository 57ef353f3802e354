import { expect, test } from 'vitest';
import { installHint } from '../../../tools/demo/install-hint.ts';

test('knows how to install Prometheus on Debian and its children, and where to get it elsewhere', () => {
  const f = (osRelease: string, want: RegExp) => expect(installHint(osRelease), osRelease).toMatch(want);
  f('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', /^sudo apt-get install prometheus$/);
  f('ID=ubuntu\nID_LIKE=debian\n', /^sudo apt-get/);
  f('ID=linuxmint\nID_LIKE="ubuntu debian"\n', /^sudo apt-get/);
  f('ID=fedora\nHOME_URL="https://not.debian.org/"\n', /prometheus\.io\/download/);
  f('', /prometheus\.io\/download/);
});
