// Where the demo's programs are found on this machine.

/** URLs without a slash at their end. */
export interface Addresses {
  readonly inventory: string;
  readonly admin: string;
  readonly sidecar: string;
  readonly miniTsdb: string;
  /** Where mini-tsdb takes pushed samples by gRPC: host and port. */
  readonly grpc: string;
  /** Undefined without a Prometheus. */
  readonly prometheus: string | undefined;
  /** Its page to open. */
  readonly targetsPage: string | undefined;
}

/** What a person may open, and how it is called. @param remark stands in the place of a Prometheus. */
export function shownAddresses(
  { inventory, admin, sidecar, miniTsdb, grpc, targetsPage }: Addresses,
  remark: string,
): [string, string][] {
  return [
    ['Prometheus', targetsPage ?? remark],
    ['mini-tsdb', `${miniTsdb}/targets (gRPC: ${grpc})`],
    ['inventory-sd', `${sidecar}/ (and /status)`],
    ['inventory', `${inventory}/inventory`],
    ['its admin API', `${admin}/faults`],
  ];
}
