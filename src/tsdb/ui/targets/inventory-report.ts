// What mini-tsdb knows of the sidecar, and what to say of it: the answer of /api/v1/inventory_sd.

/** Of the sidecar's /status what is shown here. Times are RFC 3339, null while unknown. */
export interface SidecarReport {
  readonly ready: boolean;
  readonly fresh: boolean;
  readonly stale: boolean;
  readonly state: string;
  readonly startedAt: string;
  readonly inventory: {
    readonly url: string;
    readonly lastSuccess: string | null;
    readonly consecutiveFailures: number;
    readonly lastFailure: { readonly message: string } | null;
    readonly nextPoll: string;
    readonly postponed: boolean;
  };
  readonly held: {
    readonly message: string;
    readonly since: string;
    readonly targets: number;
    readonly whole: boolean;
    readonly digest: string;
    readonly ends: string;
  } | null;
  readonly waiting: number;
  readonly entries: { readonly setAside: number; readonly firstSetAside: readonly EntryTrouble[] } | null;
  readonly file: {
    readonly path: string;
    readonly targets: number | null;
    readonly lastChange: string | null;
    readonly putBackAt: string | null;
  };
}

interface EntryTrouble {
  readonly index: number;
  readonly message: string;
}

export type InventoryAnswer =
  | { readonly configured: false }
  | {
      readonly configured: true;
      readonly url: string;
      readonly reachable: false;
      readonly error: string;
      readonly since: string;
    }
  | {
      readonly configured: true;
      readonly url: string;
      readonly reachable: true;
      readonly fetchedAt: string;
      readonly report: SidecarReport;
    };
