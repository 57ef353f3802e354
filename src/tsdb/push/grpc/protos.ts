// The .proto file of a service → what a gRPC server needs of it, and what it tells its clients of it.

import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import descriptor, {
  type IDescriptorProto,
  type IFileDescriptorProto,
} from 'protobufjs/ext/descriptor/index.js';

export interface Proto {
  /** `data_nexus.MetricsService`. */
  readonly service: string;
  readonly definition: ServiceDefinition;
  /** Every full name in the file. */
  readonly symbols: readonly string[];
  readonly fileName: string;
  /** The file as a FileDescriptorProto. */
  readonly file: Buffer;
}

/** @param text of a file that imports none and has one service. */
export function loadProto(text: string): Proto {
  const { root, package: scope = '' } = protobuf.parse(text, { keepCase: true });
  const loaded = fromJSON(root.toJSON(), { keepCase: true, enums: String, defaults: true, oneofs: true });
  const [service = '', definition] = Object.entries(loaded).find(([, part]) => !('format' in part)) ?? [];
  root.resolveAll();
  const [file] = root.toDescriptor('proto3').file as [IFileDescriptorProto];
  for (const message of file.messageType ?? []) qualify(message, scope, namesOf(file));
  const bytes = descriptor.FileDescriptorProto.encode(
    descriptor.FileDescriptorProto.fromObject(file),
  ).finish();
  return {
    service,
    definition: definition as ServiceDefinition,
    symbols: symbolsOf(file, scope),
    fileName: file.name ?? '',
    file: Buffer.from(bytes),
  };
}

function namesOf({ messageType = [] }: IFileDescriptorProto): string[] {
  return messageType.map(({ name = '' }) => name);
}

// protobufjs names types by what they are called where they stand, and the messages of maps by their field. Compilers
// name them in full, and `<Field>Entry`, which strict clients demand.
function qualify(message: IDescriptorProto, scope: string, top: readonly string[]): void {
  const path = `${scope}.${message.name}`;
  const entries = (message.nestedType ?? []).filter(({ options }) => options?.mapEntry);
  const renamed = new Map(entries.map(({ name = '' }) => [name, `${name}Entry`]));
  for (const entry of entries) entry.name = renamed.get(entry.name ?? '') ?? '';
  for (const field of [message, ...entries].flatMap((part) => part.field ?? [])) {
    if (!field.typeName) continue;
    const name = renamed.get(field.typeName) ?? field.typeName;
    field.typeName = top.includes(name) ? `.${scope}.${name}` : `.${path}.${name}`;
  }
}

function symbolsOf({ messageType = [], service = [] }: IFileDescriptorProto, scope: string): string[] {
  const messages = messageType.flatMap(({ name, nestedType = [], enumType = [], field = [] }) => [
    `${scope}.${name}`,
    ...[...nestedType, ...enumType, ...field].map((inner) => `${scope}.${name}.${inner.name}`),
  ]);
  const services = service.flatMap(({ name, method = [] }) => [
    `${scope}.${name}`,
    ...method.map((inner) => `${scope}.${name}.${inner.name}`),
  ]);
  return [...messages, ...services];
}
