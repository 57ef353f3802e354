// `inventory-sd check`: what the inventory's list would change in the file on disk. Reads both and writes nothing.

import { AppError } from '../../lib/errors.ts';
import { systemClock } from '../moment.ts';
import { type Inventory, judgeAnswer, readCandidate } from '../sync.ts';
import { compareTargets } from '../targets/compare.ts';
import type { Graced } from '../targets/guard-state.ts';
import { heldAnswer } from '../targets/held-answer.ts';
import { targetsOfGroups } from '../targets/target.ts';
import { readTargetFile } from '../targets/target-file.ts';
import { type CheckReport, describeCheck } from './check-report.ts';
import { labelChanges } from './differences.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

/**
 * Compares and says what would change, and what the guard makes of it.
 * @param isServed asks whether a sidecar runs here that could accept what is held.
 * @returns 0: nothing would, 1: something would or is held, 2: something could not be read.
 */
export async function check(
  inventory: Inventory,
  isServed: () => Promise<boolean>,
  asJson: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const report = await compare(inventory).catch(expected);
  if (report instanceof AppError) {
    const { reason, message } = report;
    if (asJson) terminal.out(JSON.stringify({ kind: 'not_compared', reason, message }));
    else terminal.err(`cannot check: ${message}`);
    return EXIT.usage;
  }
  if (asJson) terminal.out(JSON.stringify(report));
  else
    for (const line of describeCheck(report, report.held === null || (await isServed()))) terminal.out(line);
  return report.kind === 'no_difference' ? EXIT.ok : EXIT.failed;
}

function expected(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

async function compare(inventory: Inventory): Promise<CheckReport> {
  const source = { ...inventory, keptEntries: Number.POSITIVE_INFINITY };
  const answer = await readCandidate(source, new AbortController().signal);
  const { targets: candidate, account } = answer;
  const next = judgeAnswer(inventory, answer, systemClock());
  const { path } = inventory.file;
  // What stands for the guard may be another list: when another program wrote this one.
  const published = await readTargetFile(path).catch(() => undefined);
  const standing = targetsOfGroups(published?.groups ?? []);
  const { missing, stale, changed } = compareTargets(candidate, standing);
  const graced = addressesOf(inventory.guard.graced).intersection(addressesOf(next.graced));
  const removed = stale.filter(({ address }) => !graced.has(address));
  const count = missing.length + removed.length + changed.length;
  return {
    kind: count === 0 && next.hold === undefined ? 'no_difference' : 'differences',
    inventory: { targets: candidate.length },
    file: {
      path,
      targets: published === undefined ? null : standing.length,
      graced: stale.length - removed.length,
    },
    added: missing.map(({ address: target, labels }) => ({ target, labels })),
    removed: removed.map(({ address: target, labels }) => ({ target, labels })),
    changed: changed.map(labelChanges),
    setAside: account.setAside,
    disabled: account.disabled,
    duplicates: account.duplicates,
    held: heldAnswer(next, inventory.limits) ?? null,
    waiting: next.waiting,
  };
}

function addressesOf(graced: readonly Graced[]): Set<string> {
  return new Set(graced.map(({ target }) => target.address));
}
