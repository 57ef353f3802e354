// A writer of the target file is killed at many moments, and what stands afterwards is looked at.

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TargetGroup } from '../../src/model/target-group.ts';
import { clearLeftovers, readTargetFile } from '../../src/sidecar/targets/target-file.ts';
import { startNode } from './process.ts';

/** The named moments of a write, and which list stands when the writer dies there: the one before or the new one. */
export const MOMENTS = {
  'before it is staged': 'old',
  'the staged file is made': 'old',
  'it is half filled': 'old',
  'it is filled': 'old',
  'it is flushed': 'old',
  'it has its staged name': 'old',
  'before the rename': 'old',
  'after the rename': 'new',
  'before the folders are flushed': 'new',
} as const;
export type Moment = keyof typeof MOMENTS;
export const NAMED_MOMENTS = Object.keys(MOMENTS) as Moment[];

const TARGETS = 2000;

/** The list of one write; each differs from every other in each of its targets. */
export function generation(write: number): TargetGroup[] {
  const targets = Array.from(
    { length: TARGETS },
    (_, i) => `sensor_${i}.generation-${write}.example.com:9100`,
  );
  return [{ targets, labels: { generation: String(write) } }];
}

export interface Aftermath {
  /** Whose list stands, whole. */
  readonly stands: number;
  /** Files in the staging folder before and after the next start. */
  readonly left: number;
  readonly leftAfterStart: number;
}

/** Kills a writer at its third write, at a named moment. */
export async function killAtMoment(path: string, moment: Moment): Promise<Aftermath> {
  const writer = startNode('test/programs/killed-writer.ts', [path, moment]);
  const { signal } = await writer.exit;
  if (signal !== 'SIGKILL') throw new Error(`not killed: ${writer.stderr.join('\n')}`);
  return lookAfter(path);
}

/** Kills a writer that writes without a pause, so many milliseconds after its first write. */
export async function killAfter(path: string, delayMs: number): Promise<Aftermath> {
  const writer = startNode('test/programs/killed-writer.ts', [path, 'any']);
  await writer.line(/^written 1$/);
  await sleep(delayMs);
  writer.kill('SIGKILL');
  await writer.exit;
  return lookAfter(path);
}

// What a start does: it takes the list over and clears what is left.
async function lookAfter(path: string): Promise<Aftermath> {
  const staging = join(dirname(path), '.inventory-sd');
  const left = (await readdir(staging)).length;
  const found = await readTargetFile(path);
  await clearLeftovers(path);
  return { stands: wholeGeneration(found?.groups), left, leftAfterStart: (await readdir(staging)).length };
}

function wholeGeneration(groups: readonly TargetGroup[] | undefined): number {
  const write = Number(groups?.[0]?.labels.generation);
  if (JSON.stringify(groups) !== JSON.stringify(generation(write)))
    throw new Error(`no whole list stands: ${JSON.stringify(groups)?.slice(0, 200)}`);
  return write;
}
