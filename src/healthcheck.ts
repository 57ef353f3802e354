// The containers' probe as a program of its own: it reads one setting and loads nothing but `net`.
// `healthcheck [PATH]`: the path of the program's liveness, /livez unless given.

import { parseListenAddress } from './lib/listen-address.ts';
import { healthcheck } from './sidecar/commands/healthcheck.ts';

const address = parseListenAddress(process.env.LISTEN_ADDRESS?.trim() || ':9098');
const asked =
  address === undefined
    ? Promise.resolve('LISTEN_ADDRESS is no address')
    : healthcheck(address, process.argv[2]);

asked.then((fault) => {
  if (fault !== undefined) console.error(fault);
  process.exitCode = fault === undefined ? 0 : 1;
});
