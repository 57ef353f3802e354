// The container's probe as a program of its own: it reads one setting and loads nothing but `net`.

import { parseListenAddress } from './lib/listen-address.ts';
import { healthcheck } from './sidecar/commands/healthcheck.ts';

const address = parseListenAddress(process.env.LISTEN_ADDRESS || ':9098');
const asked = address === undefined ? Promise.resolve('LISTEN_ADDRESS is no address') : healthcheck(address);

asked.then((fault) => {
  if (fault !== undefined) console.error(fault);
  process.exitCode = fault === undefined ? 0 : 1;
});
