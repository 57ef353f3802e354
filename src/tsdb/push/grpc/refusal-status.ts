// A refusal as the status of a gRPC call, with what tells a client when to ask again.

import { Metadata, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';
import type { Refusal, RefusalReason } from '../refusal.ts';

const CODES: Readonly<Record<RefusalReason, number>> = {
  unauthorized: status.UNAUTHENTICATED,
  unsupported: status.UNIMPLEMENTED,
  bad_data: status.INVALID_ARGUMENT,
  limited: status.RESOURCE_EXHAUSTED,
  // Not RESOURCE_EXHAUSTED, as HTTP's answer is not 429: to ask again helps nobody.
  too_large: status.INVALID_ARGUMENT,
  too_many_series: status.INVALID_ARGUMENT,
  overloaded: status.UNAVAILABLE,
};

export interface CallStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

export function statusOf({ reason, message, retryAfterMs }: Refusal): CallStatus {
  const metadata = new Metadata();
  const code = CODES[reason];
  if (retryAfterMs !== undefined) {
    const ms = Math.max(1, Math.ceil(retryAfterMs));
    metadata.set('grpc-retry-pushback-ms', String(ms));
    metadata.set('grpc-status-details-bin', encodeStatus(code, message, ms));
  }
  return { code, details: message, metadata };
}

/** A google.rpc.Status whose details are one google.rpc.RetryInfo. */
function encodeStatus(code: number, message: string, retryAfterMs: number): Buffer {
  const delay = protobuf.Writer.create()
    .uint32(8)
    .int64(Math.floor(retryAfterMs / 1000))
    .uint32(16)
    .int32((retryAfterMs % 1000) * 1_000_000)
    .finish();
  const retryInfo = protobuf.Writer.create().uint32(10).bytes(delay).finish();
  const any = protobuf.Writer.create()
    .uint32(10)
    .string('type.googleapis.com/google.rpc.RetryInfo')
    .uint32(18)
    .bytes(retryInfo)
    .finish();
  const whole = protobuf.Writer.create()
    .uint32(8)
    .int32(code)
    .uint32(18)
    .string(message)
    .uint32(26)
    .bytes(any);
  return Buffer.from(whole.finish());
}
