// The gRPC door, by the client of grpc-js.

import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Answer, Door, Fate } from './doors.ts';
import { metricMethods } from './grpc-methods.ts';

const DEADLINE_MS = 30_000;
const AGAIN: readonly number[] = [
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.INTERNAL,
  status.UNKNOWN,
  // A door that is not there, and a token that is not known yet, may be right a moment later.
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
];
const same = (bytes: Buffer) => bytes;

/** @param url http: or https: with host and port. It connects at the first call, and again after a break. */
export function openGrpcDoor(url: string, token: string): Door {
  const { protocol, host } = new URL(url);
  // Without a pool of its own every client of a process would share one connection.
  const client = new Client(
    host,
    protocol === 'https:' ? credentials.createSsl() : credentials.createInsecure(),
    { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_retries': 0, 'grpc.max_reconnect_backoff_ms': 5000 },
  );
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return {
    url,
    send({ bytes, samples }, signal) {
      const { path } = samples === 1 ? metricMethods().one : metricMethods().batch;
      return new Promise((resolve) => {
        const options = { deadline: Date.now() + DEADLINE_MS };
        const call = client.makeUnaryRequest(path, same, same, bytes, metadata, options, (error) => {
          signal.removeEventListener('abort', cancel);
          resolve(error === null ? TAKEN : grpcAnswer(error));
        });
        const cancel = () => call.cancel();
        if (signal.aborted) cancel();
        else signal.addEventListener('abort', cancel);
      });
    },
    async close() {
      client.close();
    },
  };
}

const TAKEN: Answer = { fate: 'taken', status: 'OK', why: '' };

// It ends in a note without a text when a name needed no resolution.
function whyOf(details: string): string {
  return details.replace(/\.? *Resolution note: *$/, '').replaceAll(/\s+/g, ' ');
}

function grpcAnswer({ code, details, metadata }: ServiceError): Answer {
  const [pushback] = metadata.get('grpc-retry-pushback-ms');
  const asked = pushback === undefined ? {} : { retryAfterMs: Number(pushback) };
  // Without the time to wait the message itself was too large.
  const fate: Fate =
    AGAIN.includes(code) || (code === status.RESOURCE_EXHAUSTED && 'retryAfterMs' in asked)
      ? 'again'
      : 'refused';
  return { fate, status: status[code] ?? String(code), why: whyOf(details), ...asked };
}
