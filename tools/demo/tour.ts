// Plays the story: acts, waits until each step's end is seen, and looks in every sample for a lost target.

import { formatDuration } from '../../src/lib/duration.ts';
import type { Action } from './action.ts';
import { missingFrom, type Sample, type ServerName, serversIn } from './sample.ts';
import type { Step } from './story.ts';

export interface StepResult {
  readonly step: Step;
  /** Why it did not hold; undefined when it did. */
  readonly failure: string | undefined;
  /** Its end was not seen. */
  readonly timedOut: boolean;
  readonly milliseconds: number;
  readonly samples: number;
  /** The most targets that inventory-sd had lost in one sample: from its file, or in a server. */
  readonly lost: number;
}

/** The tour's way to the world. */
export interface Stage {
  /** The next look at everything; it begins after the call. */
  look(): Promise<Sample>;
  act(action: Action): Promise<void>;
  announce(progress: string): void;
  /** Milliseconds of a clock that never jumps. */
  now(): number;
  /** The server that is looked at; without its answer no step ends. */
  readonly server: ServerName;
  /** A step that takes longer has failed. */
  readonly stepMs: number;
  /** How long each step's end stays to be seen by people; looked at for lost targets all the same. */
  readonly lingerMs: number;
}

/** Plays the steps in order. After one whose end was not seen the rest makes no sense and is left out. */
export async function playTour(story: readonly Step[], stage: Stage): Promise<StepResult[]> {
  const results: StepResult[] = [];
  let last: Sample | undefined;
  // What stands at the end of the first step must stand in every sample from then on, but for what a person gave up.
  let all: readonly string[] = [];
  let standing: readonly string[] = [];
  for (const [index, step] of story.entries()) {
    stage.announce(`tour ${index + 1} of ${story.length}: ${step.title}`);
    const must = { atStart: standing, atEnd: standingAfter(step, all) };
    const { result, sample } = await playStep(step, stage, last, must);
    results.push(result);
    last = sample;
    if (index === 0) all = sample.file ?? [];
    standing = standingAfter(step, all);
    if (result.timedOut) break;
  }
  return results;
}

function standingAfter({ stands = () => true }: Step, all: readonly string[]): readonly string[] {
  return all.filter(stands);
}

/** What must stand. */
interface Standing {
  readonly atStart: readonly string[];
  readonly atEnd: readonly string[];
}

async function playStep(
  step: Step,
  stage: Stage,
  before: Sample | undefined,
  { atStart, atEnd }: Standing,
): Promise<{ result: StepResult; sample: Sample }> {
  const start = stage.now();
  for (const action of step.actions) await stage.act(action);
  let samples = 0;
  let lost = 0;
  // What is given up or comes back may be there or not until the step has ended.
  let keeps: readonly string[] = atStart.filter((address) => atEnd.includes(address));
  const look = async () => {
    const sample = await stage.look();
    samples += 1;
    lost = Math.max(lost, lostIn(sample, keeps));
    return sample;
  };
  let sample = await look();
  let unseen = missingSights(step, sample, before, stage.server);
  while (unseen.length > 0 && stage.now() - start < stage.stepMs) {
    sample = await look();
    unseen = missingSights(step, sample, before, stage.server);
  }
  const milliseconds = stage.now() - start;
  const timedOut = unseen.length > 0;
  keeps = atEnd;
  while (!timedOut && stage.now() - start - milliseconds < stage.lingerMs) sample = await look();
  const failure = failureOf(unseen, lost, milliseconds);
  return { result: { step, failure, timedOut, milliseconds, samples, lost }, sample };
}

/** A server that does not answer has lost nothing; a file that is not there has lost all. */
function lostIn(sample: Sample, keeps: readonly string[]): number {
  const lists = [sample.file, ...serversIn(sample).map(({ guarded }) => guarded.addresses)];
  return Math.max(...lists.map((addresses) => missingFrom(addresses, keeps).length));
}

function missingSights(step: Step, now: Sample, before: Sample | undefined, server: ServerName): string[] {
  const missing: string[] = [];
  if (now.server === undefined) return [`an answer of ${server}`];
  if (!step.unguarded.seen(now.server, before?.server)) missing.push(`unguarded: ${step.unguarded.words}`);
  if (!step.guarded.seen(now, before)) missing.push(`inventory-sd: ${step.guarded.words}`);
  return missing;
}

function failureOf(unseen: readonly string[], lost: number, milliseconds: number): string | undefined {
  if (unseen.length > 0) return `waited ${formatDuration(milliseconds)} for ${unseen.join(' and ')}`;
  return lost > 0 ? `inventory-sd lost ${lost} targets` : undefined;
}
