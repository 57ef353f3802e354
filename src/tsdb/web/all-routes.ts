// Every door of the server, each with what it needs.

import type { Engine } from '../promql/engine.ts';
import type { PushDoors } from '../push/take-body.ts';
import type { MetadataByMetric } from '../scrape/metadata.ts';
import type { TargetsStatus } from '../scrape/target-status.ts';
import type { Budget, Store } from '../storage/contract.ts';
import { absentRoutes } from './absent-routes.ts';
import { type Admin, adminRoutes } from './admin-routes.ts';
import { chartRoutes } from './chart-routes.ts';
import { type Drain, drainRoutes } from './doors/drain-routes.ts';
import { pushRoutes } from './doors/push-routes.ts';
import { type RemoteWriteDoor, remoteWriteRoutes } from './doors/remote-write-routes.ts';
import { simpleRoutes } from './doors/simple-routes.ts';
import { type Federation, federateRoutes } from './federate-routes.ts';
import { type IngestSources, ingestRoutes } from './ingest-routes.ts';
import type { InventorySd } from './inventory-sd.ts';
import { inventorySdRoutes } from './inventory-sd-routes.ts';
import { labelRoutes } from './label-routes.ts';
import type { PageFile } from './page-files.ts';
import { pageRoutes } from './page-routes.ts';
import { queryRoutes } from './query-routes.ts';
import type { Route } from './route.ts';
import { type ServerStatus, statusRoutes } from './status-routes.ts';
import { targetRoutes } from './target-routes.ts';

export interface Sources {
  readonly engine: Engine;
  readonly store: Store;
  /** Of a read that a client waits for, until its signal aborts. */
  readonly budget: (signal: AbortSignal) => Budget;
  readonly targets: () => TargetsStatus;
  readonly metadata: () => MetadataByMetric;
  readonly inventorySd: Pick<InventorySd, 'ask'>;
  readonly status: ServerStatus;
  readonly ingest: IngestSources;
  readonly admin: Admin;
  /** Undefined while `--web.enable-push` is not given. */
  readonly push?: PushDoors | undefined;
  /** Undefined while `--web.enable-remote-write-receiver` is not given. */
  readonly remoteWrite?: RemoteWriteDoor | undefined;
  /** Undefined while `--web.enable-export-drain` is not given. */
  readonly drain?: Drain | undefined;
  /** What `/federate` adds to every series, how old a sample may be there, and what it says of pushed metrics. */
  readonly federation: Pick<Federation, 'externalLabels' | 'lookbackMs' | 'pushed'>;
  /** The pages for people, by their path. */
  readonly pages?: ReadonlyMap<string, PageFile> | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function allRoutes({
  engine,
  store,
  budget,
  targets,
  metadata,
  inventorySd,
  status,
  ingest,
  admin,
  push,
  remoteWrite,
  drain,
  federation,
  pages = new Map(),
  now,
}: Sources): Route[] {
  return [
    ...queryRoutes(engine, now),
    ...chartRoutes(engine, now),
    ...labelRoutes({ store, metadata, budget }),
    ...targetRoutes(targets),
    ...inventorySdRoutes(inventorySd),
    ...statusRoutes(status),
    ...ingestRoutes(ingest),
    ...simpleRoutes({ store, budget, now }),
    ...federateRoutes({ ...federation, store, budget, now }),
    ...pushRoutes(push),
    ...remoteWriteRoutes(remoteWrite),
    ...drainRoutes(drain),
    ...absentRoutes(),
    ...adminRoutes(admin),
    ...pageRoutes(pages),
  ];
}
