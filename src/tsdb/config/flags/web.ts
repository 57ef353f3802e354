// The flags of the HTTP server.

import { type FlagTable, type FlagValues, readSwitch } from '../../../lib/flag-table.ts';
import type { ListenAddress } from '../../../lib/listen-address.ts';
import { readFileName, readListenAddress } from '../../../lib/setting-values.ts';

export interface WebFlags {
  readonly listenAddress: ListenAddress;
  readonly webConfigFile: string | undefined;
  readonly enableLifecycle: boolean;
  readonly enablePush: boolean;
  readonly enableRemoteWrite: boolean;
}

export const WEB_FLAGS = {
  'web.listen-address': { default: ':9095', read: readListenAddress, says: 'where to listen' },
  'web.config.file': {
    default: '',
    read: readFileName,
    says: "TLS and users, in Prometheus' web configuration format",
  },
  'web.enable-lifecycle': {
    default: 'false',
    read: readSwitch,
    says: 'POST /-/reload reads config.file again',
  },
  'web.enable-push': {
    default: 'false',
    read: readSwitch,
    says: 'POST /v1/metrics and POST /metrics take samples in JSON',
  },
  'web.enable-remote-write-receiver': {
    default: 'false',
    read: readSwitch,
    says: 'POST /api/v1/write takes samples by remote write',
  },
} as const satisfies FlagTable;

export function webFlags(values: FlagValues<typeof WEB_FLAGS>): WebFlags {
  return {
    listenAddress: values['web.listen-address'],
    webConfigFile: values['web.config.file'],
    enableLifecycle: values['web.enable-lifecycle'],
    enablePush: values['web.enable-push'],
    enableRemoteWrite: values['web.enable-remote-write-receiver'],
  };
}
