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
import type { RefusalLog, Refusee } from '../refusal-log.ts';
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
  readonly refused: RefusalLog['refused'];
  /** Of faults of ours. */
  failed(error: unknown): void;
}

export interface Gatekeeper {
  readonly interceptor: ServerInterceptor;
  /** Takes the batch of the call that came with this metadata. @throws Refusal */
  accept(metadata: Metadata, read: (caller: Caller) => DoorBatch): Promise<Receipt>;
  /** What the client of that call is told of anything that was thrown. */
  statusOf(error: unknown, metadata: Metadata): CallStatus;
}

export function createGatekeeper(options: GatekeeperOptions): Gatekeeper {
  const places = new WeakMap<Metadata, Place>();
  return {
    interceptor({ path }, call) {
      if (!path.startsWith(options.guarded)) return new ServerInterceptingCall(call);
      const knocker: Knocker = { address: call.getConnectionInfo().remoteAddress ?? '', client: undefined };
      const arrived = options.coming.take(knocker.address);
      const begin = async (metadata: Metadata) => {
        if (arrived === undefined) throw crowded();
        const caller = await options.identify(call, metadata);
        knocker.client = caller.client;
        const place = new Place(caller, knocker, options.intake.enter(caller));
        places.set(metadata, place);
        return place;
      };
      overhear(call, (refusal) => options.told.refused(refusal, knocker));
      return guarded(call, knocker, begin, arrived ?? (() => {}), options);
    },
    accept: (metadata, read) => (places.get(metadata) as Place).accept(read),
    statusOf: (error, metadata) => statusOfAny(error, (places.get(metadata) as Place).knocker, options.told),
  };
}

/** Who calls, as far as it is known by now. */
type Knocker = { -readonly [K in keyof Refusee]: Refusee[K] };

const OF_GRPC_JS = /^(Received (message|no request|a second)|Failed to decompress)/;

// What grpc-js refuses by itself, such as a message that is too large, passes no interceptor; it may refuse a call for
// each of its messages.
function overhear(call: ServerInterceptingCallInterface, heard: (refusal: Refusal) => void): void {
  const send = call.sendStatus.bind(call);
  let isHeard = false;
  call.sendStatus = (answer) => {
    const { code, details = '' } = answer;
    const reason = code === status.RESOURCE_EXHAUSTED ? 'too_large' : 'bad_data';
    if (!isHeard && OF_GRPC_JS.test(details)) heard(new Refusal(reason, details));
    isHeard = true;
    send(answer);
  };
}

function guarded(
  call: ServerInterceptingCallInterface,
  knocker: Knocker,
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
        (error: unknown) => call.sendStatus(statusOfAny(error, knocker, told)),
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

function statusOfAny(error: unknown, knocker: Knocker, told: Told): CallStatus {
  if (error instanceof Refusal) {
    told.refused(error, knocker);
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
  readonly knocker: Knocker;
  readonly #caller: Caller;
  readonly #entered: Entered;
  #isHeld = true;
  #isSettling = false;

  constructor(caller: Caller, knocker: Knocker, entered: Entered) {
    this.#caller = caller;
    this.knocker = knocker;
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
