// Where the demo's programs are found on this machine.

/** URLs without a slash at their end. */
export interface Addresses {
  readonly inventory: string;
  readonly admin: string;
  readonly sidecar: string;
  /** Undefined without a Prometheus. */
  readonly prometheus: string | undefined;
  /** Its page to open. */
  readonly targetsPage: string | undefined;
}

/** What a person may open, and how it is called. */
export function shownAddresses({ inventory, admin, sidecar, targetsPage }: Addresses): [string, string][] {
  return [
    ...(targetsPage === undefined ? [] : [['Prometheus', targetsPage] as [string, string]]),
    ['inventory-sd', `${sidecar}/ (and /status)`],
    ['inventory', `${inventory}/inventory`],
    ['its admin API', `${admin}/faults`],
  ];
}
