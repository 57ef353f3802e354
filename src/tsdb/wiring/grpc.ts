// The gRPC server, where the flags ask for one.

import { hostPort } from '../../lib/listen-address.ts';
import type { Logger } from '../../lib/log.ts';
import type { WebGate } from '../../lib/web-gate.ts';
import type { Flags } from '../config/flags.ts';
import type { GrpcServer } from '../push/grpc/server.ts';
import type { Push } from '../push/open-push.ts';

interface GrpcParts {
  readonly flags: Pick<Flags, 'grpcAddress'>;
  readonly gate: WebGate | undefined;
  readonly push: Push;
  readonly log: Logger;
}

/** @throws AppError `listen`. */
export async function openGrpc({ flags, gate, push, log }: GrpcParts): Promise<GrpcServer | undefined> {
  const { grpcAddress: address } = flags;
  if (address === undefined) return undefined;
  // Loaded only when it is needed.
  const { startGrpcServer } = await import('../push/grpc/server.ts');
  const failed = (err: unknown) => log.error({ err }, 'call failed');
  const grpc = await startGrpcServer({ address, gate, ...push, failed });
  log.info({ address: hostPort(grpc.address.host, grpc.address.port) }, 'listening for gRPC');
  return grpc;
}
