// gRPC clients for tests, made from nothing but a .proto file.

import {
  type ChannelCredentials,
  type Client,
  type ClientOptions,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface GrpcClient {
  /** Calls a method with one message. @throws ServiceError */
  call<T>(method: string, message: object, metadata?: Readonly<Record<string, string>>): Promise<T>;
  readonly raw: Client;
  close(): void;
}

export interface GrpcClientOptions {
  readonly channel?: ChannelCredentials;
  readonly options?: ClientOptions;
}

/** @param service its full name. */
export function grpcClient(
  protoFile: string,
  service: string,
  address: string,
  { channel = credentials.createInsecure(), options = {} }: GrpcClientOptions = {},
): GrpcClient {
  const loaded = loadSync(protoFile, { keepCase: true, longs: String, enums: String, defaults: true });
  let found: unknown = loadPackageDefinition(loaded);
  for (const name of service.split('.')) found = (found as Record<string, unknown>)[name];
  const ServiceClient = found as new (
    address: string,
    channel: ChannelCredentials,
    options: object,
  ) => Client;
  const raw = new ServiceClient(address, channel, options);
  return {
    raw,
    call: (method, message, metadata = {}) => unary(raw, method, message, metadata),
    close: () => raw.close(),
  };
}

type Unary = (
  message: object,
  metadata: Metadata,
  options: object,
  answer: (error: ServiceError | null, value: unknown) => void,
) => void;

function unary<T>(client: Client, method: string, message: object, pairs: Readonly<Record<string, string>>) {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(pairs)) metadata.set(name, value);
  const call = (client as unknown as Record<string, Unary>)[method] as Unary;
  const options = { deadline: Date.now() + 30_000 };
  return new Promise<T>((resolve, reject) => {
    call.call(client, message, metadata, options, (error, value) =>
      error === null ? resolve(value as T) : reject(error),
    );
  });
}

/** Sends bytes as the message of a method. */
export function callWithBytes(client: Client, path: string, bytes: Buffer): Promise<Buffer> {
  const same = (value: Buffer) => value;
  const options = { deadline: Date.now() + 30_000 };
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, bytes, new Metadata(), options, (error, value) =>
      error === null ? resolve(value as Buffer) : reject(error),
    );
  });
}
