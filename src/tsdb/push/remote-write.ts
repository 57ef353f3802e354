// Remote write 1.0: what a request must be, and how it becomes a batch.
// Source: the specification of remote write 1.0, and storage/remote/write_handler.go of Prometheus.

import type { IncomingHttpHeaders } from 'node:http';
import { Counter, type Registry } from 'prom-client';
import { AppError } from '../../lib/errors.ts';
import { uncompressSnappy } from '../../lib/snappy.ts';
import type { DoorBatch } from './intake.ts';
import { createLabelMemory } from './label-memory.ts';
import { Refusal } from './refusal.ts';
import { readWriteRequest } from './write-request.ts';

export interface RemoteWriteLimits {
  /** Of a request when it is uncompressed. */
  readonly mostBytes: number;
  /** The most that anybody may send at once. */
  readonly mostSamples: number;
}

/**
 * Reads one request.
 * @throws Refusal `unsupported` (of another version or encoding), `bad_data` that names the first faulty series, `too_large`.
 */
export type ReadRemoteWrite = (
  headers: IncomingHttpHeaders,
  body: Buffer,
  limits: RemoteWriteLimits,
) => DoorBatch;

/** Bytes of labels that are remembered, in each of two generations: about 60,000 series. */
const MEMORY_BYTES = 8_000_000;
const WRITE_REQUEST = 'application/x-protobuf';

export function createRemoteWrite(registry: Registry): ReadRemoteWrite {
  const memory = createLabelMemory(MEMORY_BYTES);
  const left = new Counter({
    name: 'mini_tsdb_remote_write_left_out_total',
    help: 'What came by remote write and is not kept here.',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of ['exemplar', 'native_histogram']) left.inc({ kind }, 0);
  return (headers, body, { mostBytes, mostSamples }) => {
    checkHeaders(headers);
    const bytes = uncompress(body, mostBytes);
    const { batch, exemplars, histograms } = readWriteRequest(bytes, mostSamples, memory);
    left.inc({ kind: 'exemplar' }, exemplars);
    left.inc({ kind: 'native_histogram' }, histograms);
    return batch;
  };
}

function uncompress(body: Buffer, mostBytes: number): Buffer {
  try {
    return uncompressSnappy(body, mostBytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reason = error.reason === 'too_large' ? 'too_large' : 'bad_data';
    throw new Refusal(reason, `${error.message}; nothing was taken`, { cause: error });
  }
}

// What is absent stands for what 1.0 says, as in Prometheus; not the type and the encoding both, for a page of any site
// can send a body without them, and neither of them without asking first.
function checkHeaders(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'] ?? 'snappy';
  if (encoding.toLowerCase() !== 'snappy')
    throw unsupported(`encoding ${JSON.stringify(encoding)} is not spoken here; it is snappy`);
  const type = headers['content-type'] ?? (headers['content-encoding'] === undefined ? '' : WRITE_REQUEST);
  if (!isWriteRequest(type))
    throw unsupported(
      `content type ${JSON.stringify(type)} is not spoken here; it is application/x-protobuf of remote write 1.0`,
    );
  const version = String(headers['x-prometheus-remote-write-version'] ?? '0.1.0');
  if (!/^[01]\./.test(version))
    throw unsupported(`remote write ${JSON.stringify(version)} is not spoken here; it is 0.1.0`);
}

// Remote write 2.0 says in a parameter which message it is; the one of 1.0 may be named, too.
function isWriteRequest(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  const protos = parameters.filter((parameter) => /^proto\s*=/i.test(parameter));
  const isFirst = protos.every((proto) => /=\s*"?prometheus\.WriteRequest"?$/.test(proto));
  return type.toLowerCase() === WRITE_REQUEST && isFirst;
}

function unsupported(why: string): Refusal {
  return new Refusal('unsupported', why);
}
