// `inventory-sd once`: one pass, then exit 0 (published or unchanged), 1 (failed) or 3 (held, nothing removed).

import { countTargets, describeTargets } from '../../model/target-group.ts';
import { reportEntries } from '../entries-report.ts';
import { systemClock } from '../moment.ts';
import { whatStands } from '../report.ts';
import { describeRemainder } from '../sensors/account.ts';
import { failureOf, type PassResult } from '../status.ts';
import { type Inventory, type Outcome, sync } from '../sync.ts';
import { describeChanges } from '../targets/changes.ts';
import { heldAnswer } from '../targets/held-answer.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

/** Makes one pass and says what it did; `asJson` prints one object instead of a sentence. */
export async function once(inventory: Inventory, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const now = Date.now();
  const result = await sync(inventory, systemClock, new AbortController().signal).catch(failureOf);
  if (asJson) terminal.out(JSON.stringify(summary(result, inventory)));
  else if (result.kind === 'failed')
    terminal.err(`${result.message}; ${whatStands(inventory.file.published, now)}`);
  else terminal.out(sentence(result, inventory, now));
  return exitCodeOf(result);
}

function exitCodeOf({ kind }: PassResult): ExitCode {
  if (kind === 'failed') return EXIT.failed;
  return kind === 'held' ? EXIT.held : EXIT.ok;
}

function sentence(result: Outcome, inventory: Inventory, now: number): string {
  const { hold } = inventory.guard;
  const remainder = inventory.answer && describeRemainder(inventory.answer.account);
  const aside = remainder === undefined ? '' : `; ${remainder}`;
  if (hold !== undefined) {
    // A list without targets says why itself.
    const more = hold.reason === 'empty' ? '' : aside;
    return `held: ${hold.message}; ${whatStands(inventory.file.published, now)}${more}`;
  }
  const targets = describeTargets(inventory.file.published?.groups ?? []);
  const changes = result.kind === 'changed' ? ` (${describeChanges(result)})` : '';
  return `${result.kind}: ${targets}${changes} in ${inventory.file.path}${aside}`;
}

function summary(
  result: PassResult,
  { file: { path, published }, guard, limits, answer }: Inventory,
): object {
  const file = { path, targets: published === undefined ? null : countTargets(published.groups) };
  if (result.kind !== 'failed')
    return {
      ...result,
      held: heldAnswer(guard, limits) ?? null,
      entries: answer && reportEntries(answer.account),
      file,
    };
  return { kind: result.kind, reason: result.reason, message: result.message, file };
}
