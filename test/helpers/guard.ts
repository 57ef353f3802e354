// The guard over a sequence of answers, with its clock and limits in the words of the settings.

import { readConfig } from '../../src/sidecar/config.ts';
import { groupTargets } from '../../src/sidecar/targets/groups.ts';
import { accept, judge } from '../../src/sidecar/targets/guard.ts';
import { readGuardRecord, writeGuardRecord } from '../../src/sidecar/targets/guard-record.ts';
import {
  type GuardState,
  initialGuardState,
  standingTargets,
} from '../../src/sidecar/targets/guard-state.ts';
import type { Limits } from '../../src/sidecar/targets/limits.ts';
import { type Target, targetsOf, targetsOfGroups } from '../../src/sidecar/targets/target.ts';

/** The limits of these settings; polls are 30 s apart. */
function limitsOf(settings: Readonly<Record<string, string>> = {}): Limits {
  return readConfig(settings).limits;
}

const DEFAULTS = { port: 9100, path: '/metrics', labels: {} };

/** The targets of an answer: names as `a` or `a:9200`. */
function targetsFrom(names: readonly string[], port = 9100): Target[] {
  const sensors = names.map((name) => {
    const [host = '', given] = name.split(':');
    return { host, port: given === undefined ? undefined : Number(given), labels: {} };
  });
  return targetsOf(sensors, { ...DEFAULTS, port });
}

/** `s0`, `s1`, … up to below `to`. */
export function names(to: number, from = 0, prefix = 's'): string[] {
  return Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}`);
}

export class Guarded {
  state: GuardState = initialGuardState(undefined);
  limits: Limits;
  port = 9100;

  constructor(settings: Readonly<Record<string, string>> = {}) {
    this.limits = limitsOf(settings);
  }

  /** One answer, `elapsed` ms after the last good one. @returns this, to be looked at. */
  answer(list: readonly string[], elapsed = 30_000): this {
    this.state = judge(this.state, targetsFrom(list, this.port), this.limits, { wall: 0, elapsed });
    return this;
  }

  /** The same answer for so long, at every poll. */
  answerFor(list: readonly string[], milliseconds: number): this {
    for (let at = 0; at < milliseconds; at += 30_000) this.answer(list);
    return this;
  }

  accept(list: readonly string[]): this {
    this.state = accept(this.state, targetsFrom(list, this.port), this.limits);
    return this;
  }

  /** What a restart keeps: the target file and the state. */
  restart(): this {
    const stands = standingTargets(this.state);
    const found = stands && targetsOfGroups(groupTargets(stands));
    this.state = readGuardRecord(writeGuardRecord(this.state, 0), found).state;
    return this;
  }

  /** What belongs into the file, by host, sorted; undefined: nothing is written. */
  get file(): string[] | undefined {
    return standingTargets(this.state)
      ?.map(({ address }) => address.replace(/:9100$/, ''))
      .sort();
  }

  get size(): number | undefined {
    return this.file?.length;
  }

  get held(): string | undefined {
    const { hold } = this.state;
    return hold && `${hold.reason}${hold.isWhole ? ' whole' : ''}`;
  }
}
