// The health service: what gRPC probes and clients ask, whether the server takes calls.

import type {
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';

type Serving = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
type Check = { readonly service: string };
type Answer = { readonly status: Serving };

export interface Health {
  readonly implementation: UntypedServiceImplementation;
  /** From now on no service takes calls; whoever watches is told. */
  stop(): void;
}

/** @param services their names; the empty one is the server. */
export function createHealth(services: readonly string[]): Health {
  const watchers = new Set<ServerWritableStream<Check, Answer>>();
  let serving: Serving = 'SERVING';
  const statusOf = (service: string) => (services.includes(service) ? serving : undefined);
  return {
    implementation: {
      Check({ request: { service } }: ServerUnaryCall<Check, Answer>, answer: sendUnaryData<Answer>) {
        const found = statusOf(service);
        if (found !== undefined) answer(null, { status: found });
        else answer({ code: status.NOT_FOUND, details: 'no such service is here' });
      },
      List(_: unknown, answer: sendUnaryData<object>) {
        answer(null, {
          statuses: Object.fromEntries(services.map((service) => [service, { status: serving }])),
        });
      },
      Watch(call: ServerWritableStream<Check, Answer>) {
        watchers.add(call);
        call.on('cancelled', () => watchers.delete(call));
        call.write({ status: statusOf(call.request.service) ?? 'SERVICE_UNKNOWN' });
      },
    },
    stop() {
      serving = 'NOT_SERVING';
      for (const watcher of watchers) {
        if (statusOf(watcher.request.service) !== undefined) watcher.write({ status: serving });
        watcher.end();
      }
    },
  };
}
