// The stream of batches, its group of consumers and its dead letters: what is asked of Redis, in the words of the queue.

import { messageOf } from '../../../lib/errors.ts';
import type { Reply } from './client.ts';
import type { Connection } from './connection.ts';
import { BURY, EXPIRE, PUSH, RETIRE, run, SETTLE } from './scripts.ts';
import { type StreamState, stateOf } from './stream-state.ts';

/** The group that stands for the store. */
const STORE = 'store';

export interface StreamBounds {
  readonly entries: number;
  /** Of encoded batches. */
  readonly bytes: number;
  readonly deadLetters: number;
  readonly deadLetterBytes: number;
}

/** Where a stream and what belongs to it lies. Keys with one {tag} share a slot of a cluster. */
export interface StreamKeys {
  readonly stream: string;
  readonly totals: string;
  readonly deadLetters: string;
}

function keysOf(stream: string): StreamKeys {
  return { stream, totals: `${stream}:totals`, deadLetters: `${stream}:dead` };
}

export interface StreamEntry {
  readonly id: string;
  /** Undefined when the entry is not one of ours. */
  readonly batch: Buffer | undefined;
}

/** An entry that was delivered and is not acknowledged. */
export interface PendingEntry {
  readonly id: string;
  /** How often it was delivered. */
  readonly deliveries: number;
}

export class Stream {
  readonly #connection: Connection;
  readonly #keys: StreamKeys;
  readonly #bounds: StreamBounds;
  readonly #group: string;

  /** @param group for which entries are read and acknowledged. */
  constructor(connection: Connection, stream: string, bounds: StreamBounds, group = STORE) {
    this.#group = group;
    this.#connection = connection;
    this.#keys = keysOf(stream);
    this.#bounds = bounds;
  }

  get key(): string {
    return this.#keys.stream;
  }

  /** @returns the id of the entry, or `full: …` when there is no room. */
  async push(batch: Buffer, samples: number): Promise<string> {
    const { stream, totals } = this.#keys;
    const { entries, bytes } = this.#bounds;
    const args = [String(entries), String(bytes), String(samples), batch];
    return String(await run(this.#connection.send, PUSH, [stream, totals], args));
  }

  /**
   * Makes the group when it is not there. It begins with the first entry there is: what was acknowledged has been
   * trimmed, so after a lost group only entries come again that the store may know already, and none is left out.
   * @returns whether it was made.
   */
  async ensureGroup(): Promise<boolean> {
    try {
      await this.#connection.send(['XGROUP', 'CREATE', this.#keys.stream, this.#group, '0', 'MKSTREAM']);
      return true;
    } catch (error) {
      if (messageOf(error).startsWith('BUSYGROUP')) return false;
      // Without memory Redis makes none, and does not look whether it is there: only reading it gives memory back.
      if (messageOf(error).startsWith('OOM ') && (await this.#hasGroup())) return false;
      throw error;
    }
  }

  async #hasGroup(): Promise<boolean> {
    const groups = listOf(await this.#connection.send(['XINFO', 'GROUPS', this.#keys.stream]));
    return groups.some((group) => String(listOf(group)[1]) === this.#group);
  }

  /** New entries, waiting up to `blockMs` for the first; 0 does not wait. On a connection of its own: it holds that up. */
  async read(reader: Connection, consumer: string, count: number, blockMs: number): Promise<StreamEntry[]> {
    const block = blockMs > 0 ? ['BLOCK', String(blockMs)] : [];
    const reply = await reader.send(
      [
        'XREADGROUP',
        'GROUP',
        this.#group,
        consumer,
        'COUNT',
        String(count),
        ...block,
        'STREAMS',
        this.#keys.stream,
        '>',
      ],
      { bytes: true, extraMs: blockMs },
    );
    if (reply === null) return [];
    return listOf(listOf(listOf(reply)[0])[1]).map(entryOf);
  }

  /** What this consumer was given and has not acknowledged, oldest first; from `after` on, exclusive. */
  async pending(consumer: string, after: string | undefined, count: number): Promise<PendingEntry[]> {
    const from = after === undefined ? '-' : `(${after}`;
    const args = ['XPENDING', this.#keys.stream, this.#group, from, '+', String(count), consumer];
    const reply = listOf(await this.#connection.send(args));
    return reply.map((row) => ({ id: String(listOf(row)[0]), deliveries: Number(listOf(row)[3]) }));
  }

  /** The entry as it stands in the stream; undefined when somebody has deleted it. */
  async entry(id: string): Promise<StreamEntry | undefined> {
    const reply = listOf(await this.#connection.send(['XRANGE', this.#keys.stream, id, id], { bytes: true }));
    return reply[0] === undefined ? undefined : entryOf(reply[0]);
  }

  /** Shows that they are being worked on, so that no other consumer takes them over; no delivery is counted. */
  async hold(consumer: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#claim(consumer, ids, []);
  }

  /** Lets other consumers take them over at once. */
  async release(consumer: string, ids: readonly string[], idleMs: number): Promise<void> {
    if (ids.length > 0) await this.#claim(consumer, ids, ['IDLE', String(idleMs)]);
  }

  /** Sets how often entries count as delivered. */
  async setDeliveries(consumer: string, ids: readonly string[], deliveries: number): Promise<void> {
    await this.#claim(consumer, ids, ['RETRYCOUNT', String(deliveries)]);
  }

  /**
   * Gives this consumer entries that another one has held for `idleMs` without a sign; no delivery is counted.
   * @param cursor `0-0` to begin with. @returns their ids, how many were found to be deleted (Redis 7 drops those), and
   * where to go on; `0-0` at the end.
   */
  async takeOver(
    consumer: string,
    idleMs: number,
    cursor: string,
    count: number,
  ): Promise<{ readonly ids: readonly string[]; readonly deleted: number; readonly cursor: string }> {
    const { stream } = this.#keys;
    const args = [
      'XAUTOCLAIM',
      stream,
      this.#group,
      consumer,
      String(idleMs),
      cursor,
      'COUNT',
      String(count),
    ];
    const [next = '0-0', ids, deleted] = listOf(await this.#connection.send([...args, 'JUSTID']));
    return { ids: listOf(ids).map(String), deleted: listOf(deleted).length, cursor: String(next) };
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#connection.send(['XACK', this.#keys.stream, this.#group, ...ids]);
  }

  /** Acknowledges an entry that is given up, and keeps a copy. @returns whether it was still there to be given up. */
  async bury(id: string, reason: string): Promise<boolean> {
    const { stream, totals, deadLetters } = this.#keys;
    const { deadLetters: most, deadLetterBytes } = this.#bounds;
    const args = [this.#group, id, reason, String(most), String(deadLetterBytes)];
    return (await run(this.#connection.send, BURY, [stream, totals, deadLetters], args)) === 1;
  }

  /** Trims what every consumer has done with, and tells what is left. */
  async settle(): Promise<StreamState> {
    const keys = [this.#keys.stream, this.#keys.totals, this.#keys.deadLetters];
    return stateOf(listOf(await run(this.#connection.send, SETTLE, keys, [this.#group])).map(Number));
  }

  /** Removes entries that came longer ago, whoever has them. @returns how many samples they were. */
  async expire(ageMs: number): Promise<number> {
    return Number(
      await run(this.#connection.send, EXPIRE, [this.#keys.stream], [this.#group, String(ageMs)]),
    );
  }

  /** Deletes this consumer, if it holds nothing. */
  async retire(consumer: string): Promise<void> {
    await run(this.#connection.send, RETIRE, [this.#keys.stream], [this.#group, consumer, '0']);
  }

  /** Deletes consumers that hold nothing and have not asked for so long. */
  async retireIdle(idleMs: number): Promise<void> {
    await run(this.#connection.send, RETIRE, [this.#keys.stream], [this.#group, '', String(idleMs)]);
  }

  async #claim(consumer: string, ids: readonly string[], options: readonly string[]): Promise<void> {
    const { stream } = this.#keys;
    await this.#connection.send(['XCLAIM', stream, this.#group, consumer, '0', ...ids, ...options, 'JUSTID']);
  }
}

/** Whether the group is gone: the stream was deleted, or a server without it has taken over. */
export function isGroupLost(error: unknown): boolean {
  return /^(NOGROUP|UNBLOCKED the stream) /.test(messageOf(error));
}

/** Whether the server is a replica, or is becoming one, which takes no writes. */
export function isOfReplica(error: unknown): boolean {
  return /^(READONLY|UNBLOCKED force) /.test(messageOf(error));
}

function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}

function entryOf(reply: Reply): StreamEntry {
  const [id, fields] = listOf(reply);
  const flat = listOf(fields ?? []);
  const at = flat.findIndex((name, index) => index % 2 === 0 && String(name) === 'batch');
  const batch = at < 0 ? undefined : flat[at + 1];
  return { id: String(id), batch: Buffer.isBuffer(batch) ? batch : undefined };
}
