// The containers' probe as a program of its own: it reads two settings and loads nothing but `net`, or TLS if it must.
// `healthcheck [PATH]`: the path of the program's liveness, /livez unless given.

import { parseListenAddress } from './lib/listen-address.ts';
import { healthcheck } from './sidecar/commands/healthcheck.ts';

const address = parseListenAddress(process.env.LISTEN_ADDRESS?.trim() || ':9098');
const asked =
  address === undefined
    ? Promise.resolve('LISTEN_ADDRESS is no address')
    : healthcheck(address, {
        path: process.argv[2],
        webConfigFile: process.env.WEB_CONFIG_FILE?.trim() || undefined,
      });

asked.then((fault) => {
  if (fault !== undefined) console.error(fault);
  process.exitCode = fault === undefined ? 0 : 1;
});
