// The command line: one command, few flags.

import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/errors.ts';

const COMMANDS = ['run', 'once', 'show', 'reload', 'healthcheck'] as const;
export type Command = (typeof COMMANDS)[number];

export interface Arguments {
  readonly command: Command;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** @returns what was asked, or one line that says what is wrong with it. */
export function parseArguments(args: string[]): Arguments | string {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const options = { json: flag, help: { ...flag, short: 'h' }, version: flag };
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [name = 'run', extra] = positionals;
    const command = COMMANDS.find((known) => known === name);
    if (command === undefined) return `unknown command ${JSON.stringify(name)}`;
    if (extra !== undefined) return `unexpected argument ${JSON.stringify(extra)}`;
    return { ...values, command };
  } catch (error) {
    return messageOf(error);
  }
}

/** What --help prints. */
export function helpText(version: string): string {
  return `inventory-sd ${version}: turns an inventory into Prometheus targets

Usage: inventory-sd [COMMAND] [--json]

  (none)        poll the inventory, write the target file, serve health and metrics, until SIGTERM
  once          make one pass; exit 0: published or unchanged, 1: failed, 3: held, nothing removed
  show          what the running sidecar knows: list, freshness, what is held and why
  reload        let the running sidecar poll now
  healthcheck   exit 0 while the running sidecar's loop turns, else 1

  --json        print JSON (once, show)
  --help, --version

Settings come from the environment; the README lists them. The most used:
  INVENTORY_URL (http://inventory-server:1337/inventory)  UPDATE_INTERVAL (30)  TARGETS_FILE (/shared/targets.json)`;
}
