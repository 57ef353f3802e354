// A server with one path for each row of the table: it answers each scraper with the row's answers, one after the other.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { startTestServer } from '../../helpers/http-server.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface MisbehavingTarget {
  readonly port: number;
  /** The requests of a scraper for a row, by the beginning of its User-Agent. */
  asked(row: string, client: string): readonly Asked[];
  stop(): Promise<void>;
}

/** @param rows the last answer of each is given again and again. Every other path answers with what `others` holds. */
export async function startMisbehavingTarget(
  rows: ReadonlyMap<string, readonly Answer[]>,
  others: ReadonlyMap<string, Answer> = new Map(),
): Promise<MisbehavingTarget> {
  const log = new Map<string, Asked[]>();

  function answer(request: IncomingMessage, response: ServerResponse): void {
    // Asked as a proxy, the whole URL stands there.
    const { pathname } = new URL(request.url ?? '/', 'http://target');
    const row = pathname.slice(1);
    const other = others.get(row);
    if (other !== undefined) {
      other(request, response);
      return;
    }
    const key = `${row} ${clientOf(request)}`;
    const asked = log.get(key) ?? [];
    log.set(key, asked);
    asked.push({ url: request.url ?? '', headers: request.headers });
    const answers = rows.get(row) ?? [];
    (answers[asked.length - 1] ?? answers.at(-1))?.(request, response);
  }

  const server = await startTestServer(answer);
  return {
    port: server.port,
    asked: (row, client) => log.get(`${row} ${client}`) ?? [],
    stop: () => server.stop(),
  };
}

function clientOf({ headers }: IncomingMessage): string {
  return (headers['user-agent'] ?? '').split('/').slice(0, 2).join('/').split('.').slice(0, 2).join('.');
}

export const TEXT = 'text/plain; version=0.0.4';

/** A whole answer. */
export function body(
  content: string | Buffer | (() => string),
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Answer {
  return (_, response) => {
    const bytes = typeof content === 'function' ? content() : content;
    response.writeHead(status, { 'content-type': TEXT, ...headers }).end(bytes);
  };
}
