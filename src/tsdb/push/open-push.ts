// What all doors for pushed samples share: who may push, how much, and the road to the queue.

import type { Registry } from 'prom-client';
import { type BodyRoom, createBodyRoom } from '../../lib/body-room.ts';
import { messageOf } from '../../lib/errors.ts';
import type { ListenAddress } from '../../lib/listen-address.ts';
import type { Logger } from '../../lib/log.ts';
import type { PushFlags } from '../config/flags/push.ts';
import type { Queue } from '../queue/contract.ts';
import { type ClientCount, createClientCounts, type PushCount } from './client-counts.ts';
import { type Clients, createClients } from './clients.ts';
import { openClientsFile } from './clients-file.ts';
import { oneSecondOf } from './gcra.ts';
import type { Intake } from './intake.ts';
import type { ClientLimits } from './limits.ts';
import { createPushMetrics } from './metrics.ts';
import { openIntake } from './open-intake.ts';
import { createRefusalLog, type RefusalLog } from './refusal-log.ts';
import { warnOfCertificates, warnOfOpenDoors, warnOfUsers } from './warn-of-doors.ts';

export interface Push {
  readonly intake: Intake;
  readonly clients: Clients;
  /** Of a body, as it comes and unpacked. */
  readonly bodyBytes: number;
  /** For bodies that arrive over HTTP at a time. */
  readonly bodyRoom: BodyRoom;
  /** Counts what a door has refused, once however often it is told of, and tells the log. */
  readonly refused: RefusalLog['refused'];
  /** What was pushed since the start, with so many of the clients. */
  readonly tally: (most: number) => PushTally;
}

/** A client, what it has pushed, and what it may push. */
export interface TalliedClient extends ClientCount {
  /** Series that it brought and that are pushed still. */
  readonly series: number;
  readonly limits: ClientLimits;
}

export interface PushTally {
  /** Of all clients. */
  readonly total: PushCount;
  /** How many clients are remembered, and how many no longer. */
  readonly clients: number;
  readonly forgotten: number;
  readonly top: readonly TalliedClient[];
}

export interface PushOptions {
  readonly flags: PushFlags;
  readonly queue: Queue;
  readonly registry: Registry;
  readonly log: Logger;
  /** Where there is a door. */
  readonly addresses: readonly ListenAddress[];
  /** Whether the doors demand a user and its password. */
  readonly behindUsers?: boolean;
  /** Whether the doors ask for client certificates. */
  readonly asksCertificates?: boolean;
  /** Milliseconds that never jump, by which limits go. */
  readonly clock?: () => number;
}

/** As large as they may be; small ones always have room. */
const BODIES_AT_A_TIME = 32;

/** @throws AppError `clients_file`. */
export function openPush({
  flags,
  queue,
  registry,
  log,
  addresses,
  behindUsers = false,
  asksCertificates = false,
  ...options
}: PushOptions): Push {
  const limits = limitsOf(flags);
  const { clientsFile, maxBody: bodyBytes, maxConcurrency: concurrency } = flags;
  if (clientsFile === undefined) warnOfOpenDoors(addresses, log);
  else if (behindUsers && addresses.length > 0) warnOfUsers(clientsFile, log);
  const file = clientsFile === undefined ? undefined : openList(clientsFile, limits, log);
  if (file !== undefined && !asksCertificates) warnOfCertificates(file.current(), log);
  const clients = createClients(() => file?.current(), limits);
  const counts = createClientCounts();
  const metrics = createPushMetrics(registry, counts);
  const intake = openIntake({ queue, limitsOf: clients.limitsOf, concurrency, metrics, log, ...options });
  const refusals = createRefusalLog(log, options.clock ?? (() => performance.now()));
  const bodyRoom = createBodyRoom(BODIES_AT_A_TIME * bodyBytes);
  const described = (count: ClientCount) => ({
    ...count,
    series: intake.seriesOf(count.client),
    limits: clients.limitsOf(count.client),
  });
  const tally = (most: number) => ({
    total: counts.total(),
    clients: counts.size,
    forgotten: counts.forgotten,
    top: counts.top(most).map(described),
  });
  return {
    intake,
    clients,
    bodyBytes,
    bodyRoom,
    tally,
    refused(refusal, whose) {
      metrics.refused(refusal, whose.client);
      refusals.refused(refusal, whose);
    },
  };
}

function limitsOf({ samplesPerSecond, requestsPerSecond, maxSeries }: PushFlags): ClientLimits {
  return {
    samples: oneSecondOf(samplesPerSecond),
    requests: oneSecondOf(requestsPerSecond),
    series: maxSeries,
  };
}

function openList(file: string, limits: ClientLimits, log: Logger) {
  return openClientsFile(file, limits, {
    reread: (clients) => log.info({ file, clients }, 'clients file read again'),
    faulty: (error) => log.error(`${messageOf(error)}; the last good one stays in force`),
  });
}
