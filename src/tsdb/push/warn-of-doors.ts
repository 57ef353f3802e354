// What an operator is warned of at the start: doors that let in more than one may think.

import { hostPort, type ListenAddress } from '../../lib/listen-address.ts';
import type { Logger } from '../../lib/log.ts';
import { isLoopback } from '../../lib/this-machine.ts';
import type { ClientList } from './clients-file.ts';

/** To be called when there is no clients file. @param addresses where samples can be pushed. */
export function warnOfOpenDoors(addresses: readonly ListenAddress[], log: Logger): void {
  for (const { host, port } of addresses.filter((address) => !isLoopback(address.host)))
    log.warn(
      { address: hostPort(host, port) },
      'whoever this address lets in may push samples; name those who may with --push.clients-file',
    );
}

/** To be called when there is a clients file, and users whose passwords are demanded before anybody looks at it. */
export function warnOfUsers(file: string, log: Logger): void {
  log.warn(
    { file },
    'behind basic_auth_users the name of the user is the client: every user may push, the tokens and certificates of the clients file do not count, and a user has the limits of the client of the same name',
  );
}

/** To be called when no client certificate is asked for. */
export function warnOfCertificates(clients: ClientList, log: Logger): void {
  const named = clients.filter(({ certificates }) => certificates.length > 0);
  if (named.length === 0) return;
  log.warn(
    { clients: named.map(({ name }) => name) },
    'the clients file knows these clients by a certificate, but no client certificate is asked for; see client_auth_type in --web.config.file',
  );
}

/** To be called when samples are handed over at `address` and no user is demanded there. */
export function warnOfOpenDrain({ host, port }: ListenAddress, log: Logger): void {
  if (isLoopback(host)) return;
  log.warn(
    { address: hostPort(host, port) },
    'whoever this address lets in can take the samples of --web.enable-export-drain, and who should have them misses them; demand users with --web.config.file',
  );
}
