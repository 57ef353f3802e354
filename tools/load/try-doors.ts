// Whether the doors can be loaded at all: one metric to each, before the first step.

import { AppError } from '../../src/lib/errors.ts';
import type { Answer, Door, DoorName } from '../push/doors.ts';
import { troubleWords } from '../push/trouble-words.ts';
import { createParcels } from './parcels.ts';

// Too large, too often, or too much for the server just now: that is what a load is there to find out.
const FIGURES = /^(413|429|5\d\d|RESOURCE_EXHAUSTED|INTERNAL|ABORTED)$/;

/**
 * @param open a way to the door, which is closed again.
 * @throws AppError `unreachable`: a line for each door that is away or shut.
 */
export async function tryDoors(
  doors: readonly DoorName[],
  labels: number,
  open: (door: DoorName) => Door,
  signal: AbortSignal,
): Promise<void> {
  const faults: string[] = [];
  for (const name of doors) {
    const door = open(name);
    const metric = createParcels(1, { door: name, batch: 1, clients: 1, series: 1, labels }).next();
    const answer = await door.send(metric, signal);
    await door.close();
    if (signal.aborted) return;
    if (isShut(answer)) faults.push(troubleWords(name, door.url, answer));
  }
  if (faults.length > 0) throw new AppError('unreachable', faults.join('\n'));
}

function isShut({ fate, status }: Answer): boolean {
  return fate !== 'taken' && !FIGURES.test(status);
}
