// The reflection service: which services there are, and their .proto files, for clients that have none of them.

import { type ServerDuplexStream, status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Proto } from './protos.ts';

/** As reflection.proto says, of which only what was asked is there. */
interface Request {
  readonly host: string;
  readonly message_request?: string;
  readonly file_by_filename?: string;
  readonly file_containing_symbol?: string;
}

export function createReflection(protos: readonly Proto[]): UntypedServiceImplementation {
  return {
    ServerReflectionInfo(call: ServerDuplexStream<Request, object>) {
      call.on('data', (request: Request) => {
        // Who does not read what was answered is not heard.
        if (!call.write({ valid_host: request.host, original_request: request, ...answer(protos, request) }))
          call.pause();
      });
      call.on('drain', () => call.resume());
      call.on('end', () => call.end());
    },
  };
}

function answer(protos: readonly Proto[], request: Request): object {
  const { message_request: asked, file_by_filename: name, file_containing_symbol: symbol = '' } = request;
  if (asked === 'list_services')
    return { list_services_response: { service: protos.map(({ service }) => ({ name: service })) } };
  if (asked === 'file_by_filename') return fileOf(protos.find(({ fileName }) => fileName === name));
  if (asked === 'file_containing_symbol')
    return fileOf(protos.find(({ symbols }) => symbols.includes(symbol)));
  if (asked === undefined) return failure(status.INVALID_ARGUMENT, 'nothing is asked');
  return failure(status.NOT_FOUND, 'there are no extensions here');
}

function fileOf(proto: Proto | undefined): object {
  if (proto === undefined) return failure(status.NOT_FOUND, 'no such file or symbol is here');
  return { file_descriptor_response: { file_descriptor_proto: [proto.file] } };
}

function failure(code: number, message: string): object {
  return { error_response: { error_code: code, error_message: message } };
}
