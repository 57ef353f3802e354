// What every door over HTTP does with a request: who sends it, whether there is room, its body, and all of it or nothing.

import type { IncomingMessage } from 'node:http';
import type { BodyRoom } from '../../lib/body-room.ts';
import { readBody } from './body.ts';
import { type Clients, knockOf } from './clients.ts';
import type { Caller, DoorBatch, Intake } from './intake.ts';
import { Refusal } from './refusal.ts';
import type { RefusalLog } from './refusal-log.ts';

export interface PushDoors {
  readonly intake: Intake;
  readonly clients: Clients;
  /** Of a body, as it comes and unpacked. */
  readonly bodyBytes: number;
  /** For bodies that arrive at a time. */
  readonly bodyRoom: BodyRoom;
  /** Told of what a door has refused. */
  readonly refused: RefusalLog['refused'];
}

/**
 * @param read the batch in a body.
 * @returns how many samples were taken.
 * @throws Refusal: `doors.refused` has been told of it.
 */
export async function takeBody(
  doors: PushDoors,
  message: IncomingMessage,
  read: (body: Buffer, caller: Caller) => DoorBatch,
): Promise<number> {
  const knock = knockOf(message);
  let caller: Caller | undefined;
  try {
    caller = doors.clients.callerOf(knock);
    return await take(doors, message, caller, read);
  } catch (error) {
    if (error instanceof Refusal) doors.refused(error, { client: caller?.client, address: knock.address });
    throw error;
  }
}

async function take(
  { intake, bodyBytes: mostBytes, bodyRoom: room }: PushDoors,
  message: IncomingMessage,
  caller: Caller,
  read: (body: Buffer, caller: Caller) => DoorBatch,
): Promise<number> {
  const entered = intake.enter(caller);
  try {
    const batch = read(await readBody(message, { mostBytes, room }), caller);
    await entered.accept(batch);
    return batch.values.length;
  } finally {
    entered.leave();
  }
}
