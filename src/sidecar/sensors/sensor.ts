// One sensor as the inventory names it, before any default of ours.

import type { Labels } from '../../model/labels.ts';

export interface Sensor {
  /** A host name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  /** Undefined: METRICS_PORT. */
  readonly port: number | undefined;
  /** What the inventory said of it, `__metrics_path__` and `__scheme__` included. */
  readonly labels: Labels;
}
