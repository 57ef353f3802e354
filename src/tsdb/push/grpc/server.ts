// The gRPC door: metrics.proto with health and reflection beside it, behind one listener, and a clean stop.

import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerInterceptingCallInterface,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { createPlaces } from '../../../lib/connection-places.ts';
import type { ListenAddress } from '../../../lib/listen-address.ts';
import type { WebGate } from '../../../lib/web-gate.ts';
import { certificateName } from '../certificate-name.ts';
import type { Clients } from '../clients.ts';
import type { Caller, DoorBatch, Intake } from '../intake.ts';
import { Refusal } from '../refusal.ts';
import type { RefusalLog } from '../refusal-log.ts';
import { createGatekeeper, type Gatekeeper } from './gatekeeper.ts';
import { createHealth, type Health } from './health.ts';
import { type Listener, startListener } from './listener.ts';
import { loadProto, type Proto } from './protos.ts';
import { createMetricsReader } from './read-metrics.ts';
import { createReflection } from './reflection.ts';
import { HEALTH_PROTO, METRICS_PROTO, REFLECTION_PROTO } from './texts.ts';

/** Bounds on what clients may hold. Times in milliseconds. */
const LIMITS = {
  connections: 512,
  connectionsPerAddress: 128,
  connectionsForLoopback: 32,
  callsPerConnection: 100,
  /** Whose message has not come: no more than half of what all doors take at once by default. */
  callsComing: 256,
  callsComingPerAddress: 128,
  handshakeTimeoutMs: 10_000,
  messageTimeoutMs: 30_000,
  /** A connection without a call is closed, and the client makes a new one when it needs it. */
  idleMs: 300_000,
  keepAliveMs: 60_000,
  keepAliveTimeoutMs: 20_000,
  stopTimeoutMs: 3_000,
};

export interface GrpcOptions {
  readonly address: ListenAddress;
  /** Absent: plain, for everybody. */
  readonly gate?: WebGate | undefined;
  readonly clients: Clients;
  readonly intake: Intake;
  /** Of a message, as it comes and unpacked. */
  readonly bodyBytes: number;
  /** Told of what this door has refused; the intake tells again of what it has. */
  readonly refused: RefusalLog['refused'];
  /** Told of faults of ours. */
  readonly failed: (error: unknown) => void;
  readonly limits?: Partial<typeof LIMITS>;
}

export interface GrpcServer {
  /** Where it really listens; differs from what was asked for port 0. */
  readonly address: ListenAddress;
  /** Takes no new call, lets running ones end (at most 3 s), then cuts the rest. */
  stop(): Promise<void>;
}

/** @throws AppError `listen`. */
export async function startGrpcServer(options: GrpcOptions): Promise<GrpcServer> {
  const limits = { ...LIMITS, ...options.limits };
  const metrics = loadProto(METRICS_PROTO);
  const gatekeeper = createGatekeeper({
    guarded: `/${metrics.service}/`,
    // No call comes before there is a listener.
    identify: (call, metadata) => identify(options, listener, call, metadata),
    intake: options.intake,
    coming: createPlaces({
      connections: limits.callsComing,
      connectionsPerAddress: limits.callsComingPerAddress,
      connectionsForLoopback: 0,
    }),
    messageTimeoutMs: limits.messageTimeoutMs,
    told: options,
  });
  const server = createServer(limits, options.bodyBytes, gatekeeper);
  server.addService(withBytes(metrics.definition), doors(gatekeeper, options));
  const health = addCompanions(server, metrics);
  // Connections are ours, so that their number and their TLS are bounded and renewed as everywhere here.
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const { address, gate: config } = options;
  const listener: Listener = await startListener({ address, config, limits, connected: injectConnection });
  return { address: listener.address, stop: () => stop(server, listener, health, limits.stopTimeoutMs) };
}

function createServer(limits: typeof LIMITS, bodyBytes: number, { interceptor }: Gatekeeper): Server {
  return new Server({
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': bodyBytes,
    'grpc.max_concurrent_streams': limits.callsPerConnection,
    'grpc.max_connection_idle_ms': limits.idleMs,
    'grpc.keepalive_time_ms': limits.keepAliveMs,
    'grpc.keepalive_timeout_ms': limits.keepAliveTimeoutMs,
    interceptors: [interceptor],
  });
}

async function identify(
  { gate, clients }: GrpcOptions,
  listener: Listener,
  call: ServerInterceptingCallInterface,
  metadata: Metadata,
): Promise<Caller> {
  const { remoteAddress: address = '', remotePort } = call.getConnectionInfo();
  const socket = listener.socketFrom(address, remotePort);
  const [given] = metadata.get('authorization');
  const authorization = given?.toString();
  const verdict = await gate?.judge(authorization, address);
  if (verdict !== undefined && 'refused' in verdict)
    throw new Refusal(
      'unauthorized',
      'a user of basic_auth_users and the right password are needed here; nothing was taken',
    );
  return clients.callerOf({
    authorization,
    user: verdict?.user,
    certificate: socket && certificateName(socket),
    address,
  });
}

// The messages are read by hand, where a fault is answered by what is wrong, and so are the answers written.
function withBytes(definition: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(definition).map(([name, method]) => [
    name,
    { ...method, requestDeserialize: (bytes: Buffer) => bytes, responseSerialize: encodeIds },
  ]);
  return Object.fromEntries(methods);
}

/** An IngestResponse of one id, a BatchIngestResponse of any number: both are texts as their first field. */
function encodeIds(ids: readonly string[]): Buffer {
  // The tag and the length are characters as well: an id is ASCII, and shorter than 128.
  return Buffer.from(ids.map((id) => `\n${String.fromCharCode(id.length)}${id}`).join(''), 'latin1');
}

function doors(gatekeeper: Gatekeeper, options: GrpcOptions): UntypedServiceImplementation {
  const reader = createMetricsReader();
  type Ids = readonly string[];
  const door =
    (read: (bytes: Buffer, mostSamples: number) => DoorBatch) =>
    ({ metadata, request }: ServerUnaryCall<Buffer, Ids>, answer: sendUnaryData<Ids>) => {
      gatekeeper
        .accept(metadata, ({ client }) => read(request, options.clients.limitsOf(client).samples.burst))
        .then(({ ids }) => answer(null, ids))
        .catch((error: unknown) => answer(gatekeeper.statusOf(error, metadata)));
    };
  return { IngestMetric: door(reader.one), IngestMetrics: door(reader.all) };
}

function addCompanions(server: Server, metrics: Proto): Health {
  const health = loadProto(HEALTH_PROTO);
  const reflection = loadProto(REFLECTION_PROTO);
  const early = loadProto(REFLECTION_PROTO.replace('grpc.reflection.v1', 'grpc.reflection.v1alpha'));
  const served = createHealth(['', metrics.service]);
  const reflected = createReflection([metrics, health, reflection, early]);
  server.addService(health.definition, served.implementation);
  server.addService(reflection.definition, reflected);
  server.addService(early.definition, reflected);
  return served;
}

async function stop(server: Server, listener: Listener, health: Health, boundMs: number): Promise<void> {
  const ended = listener.close();
  health.stop();
  const cut = setTimeout(() => {
    server.forceShutdown();
    listener.cut();
  }, boundMs);
  // Its connections end when their calls have; it does not wait for those that it was handed.
  server.tryShutdown(() => {});
  await ended;
  clearTimeout(cut);
}
