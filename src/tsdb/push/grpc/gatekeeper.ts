// What stands before every call that pushes: who it is, whether there is room, and for how long its message may come.

import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServerListener,
  status,
} from '@grpc/grpc-js';
import type { Places } from '../../../lib/connection-places.ts';
import type { Caller, DoorBatch, Entered, Intake, Receipt } from '../intake.ts';
import { Refusal } from '../refusal.ts';
import { type CallStatus, statusOf } from './refusal-status.ts';

const SOON_MS = 1000;

export interface GatekeeperOptions {
  /** With which the paths of calls begin that are guarded: `/data_nexus.MetricsService/`. */
  readonly guarded: string;
  /** @throws Refusal `unauthorized`. */
  readonly identify: (call: ServerInterceptingCallInterface, metadata: Metadata) => Promise<Caller>;
  readonly intake: Intake;
  /** For calls whose message has not come: who sends none must not hold what the doors share. */
  readonly coming: Places;
  /** In which a message must have come. */
  readonly messageTimeoutMs: number;
  readonly told: Told;
}

/** Told how calls went that were not taken. */
export interface Told {
  refused(refusal: Refusal): void;
  /** Of faults of ours. */
  failed(error: unknown): void;
}

export interface Gatekeeper {
  readonly interceptor: ServerInterceptor;
  /** Takes the batch of the call that came with this metadata. @throws Refusal */
  accept(metadata: Metadata, read: (caller: Caller) => DoorBatch): Promise<Receipt>;
}

export function createGatekeeper(options: GatekeeperOptions): Gatekeeper {
  const places = new WeakMap<Metadata, Place>();
  return {
    interceptor({ path }, call) {
      if (!path.startsWith(options.guarded)) return new ServerInterceptingCall(call);
      const arrived = options.coming.take(call.getConnectionInfo().remoteAddress ?? '');
      const begin = async (metadata: Metadata) => {
        if (arrived === undefined) throw crowded();
        const caller = await options.identify(call, metadata);
        const place = new Place(caller, options.intake.enter(caller));
        places.set(metadata, place);
        return place;
      };
      return guarded(call, begin, arrived ?? (() => {}), options);
    },
    accept: (metadata, read) => (places.get(metadata) as Place).accept(read),
  };
}

function guarded(
  call: ServerInterceptingCallInterface,
  begin: (metadata: Metadata) => Promise<Place>,
  arrived: () => void,
  { messageTimeoutMs, told }: GatekeeperOptions,
): ServerInterceptingCall {
  let isOver = false;
  let isComing = true;
  let place: Place | undefined;
  const timeout = setTimeout(() => call.sendStatus(LATE), messageTimeoutMs).unref();
  const stopWaiting = () => {
    clearTimeout(timeout);
    if (isComing) arrived();
    isComing = false;
  };
  const listener: ServerListener = {
    onReceiveMetadata(metadata, next) {
      begin(metadata).then(
        (begun) => {
          place = begun;
          if (isOver) begun.over();
          else next(metadata);
        },
        (error: unknown) => call.sendStatus(statusOfAny(error, told)),
      );
    },
    onReceiveHalfClose(next) {
      stopWaiting();
      next();
    },
    onCancel() {
      stopWaiting();
      isOver = true;
      place?.over();
    },
  };
  return new ServerInterceptingCall(call, {
    start: (next) => next(listener),
    sendStatus: (answer, next) => next(worded(answer)),
  });
}

const LATE = {
  code: status.DEADLINE_EXCEEDED,
  details: 'the message did not come in time; nothing was taken',
};

function crowded(): Refusal {
  return new Refusal('overloaded', 'too many messages are on their way already; nothing was taken', {
    retryAfterMs: SOON_MS,
  });
}

/** What a client is told of anything that was thrown. */
export function statusOfAny(error: unknown, told: Told): CallStatus {
  if (error instanceof Refusal) {
    told.refused(error);
    return statusOf(error);
  }
  told.failed(error);
  return { code: status.INTERNAL, details: 'internal error; the log says more', metadata: new Metadata() };
}

// What grpc-js says of a call without a whole message, or with two, sounds as if there were no such method.
const FAULTY = /^Received (no|a second) request message/;

function worded<A extends { readonly code: number; readonly details: string }>(answer: A): A {
  return FAULTY.test(answer.details) ? { ...answer, code: status.INVALID_ARGUMENT } : answer;
}

/** Of a call among those that are under way, given back when it is over and its batch is settled. */
class Place {
  readonly #caller: Caller;
  readonly #entered: Entered;
  #isHeld = true;
  #isSettling = false;

  constructor(caller: Caller, entered: Entered) {
    this.#caller = caller;
    this.#entered = entered;
  }

  async accept(read: (caller: Caller) => DoorBatch): Promise<Receipt> {
    this.#isSettling = true;
    try {
      return await this.#entered.accept(read(this.#caller));
    } finally {
      this.#isSettling = false;
      this.over();
    }
  }

  over(): void {
    if (!this.#isHeld || this.#isSettling) return;
    this.#isHeld = false;
    this.#entered.leave();
  }
}
