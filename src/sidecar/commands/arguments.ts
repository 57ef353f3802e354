// The command line: one command, and the options and operands that this command takes.

import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import { durationBetween, readHttpUrl } from '../../lib/setting-values.ts';

// `shown` is what --help writes; `says` is completed with the commands that take the option.
const OPTIONS = {
  json: { type: 'boolean', default: false, shown: '--json', says: 'print JSON' },
  undo: {
    type: 'boolean',
    default: false,
    shown: '--undo',
    says: 'take the last accepted hold back; what came since stays',
  },
  prometheus: {
    type: 'string',
    multiple: true,
    shown: '--prometheus URL',
    says: 'where a Prometheus is; again for each replica or shard',
  },
  job: {
    type: 'string',
    multiple: true,
    shown: '--job NAME',
    says: 'a scrape job to look at, again for more; none: those that read the target file',
  },
  'headers-file': {
    type: 'string',
    shown: '--headers-file FILE',
    says: 'Name: value lines that every Prometheus is sent, e.g. Authorization',
  },
  wait: {
    type: 'string',
    shown: '--wait DURATION',
    says: 'try again for so long while there is a difference, e.g. 30s',
  },
} as const;

const GENERAL = {
  help: { type: 'boolean', default: false, short: 'h' },
  version: { type: 'boolean', default: false },
} as const;

interface Syntax {
  readonly says: string;
  readonly options: readonly (keyof typeof OPTIONS)[];
  readonly required?: keyof typeof OPTIONS;
  /** Names of the operands that may follow, as --help writes them. */
  readonly operands: readonly string[];
}

const COMMANDS = {
  run: {
    says: 'poll the inventory, write the target file, serve health and metrics, until SIGTERM (the default)',
    options: [],
    operands: [],
  },
  once: {
    says: 'make one pass; exit 0: published or unchanged, 1: failed, 3: held, nothing removed',
    options: ['json'],
    operands: [],
  },
  show: {
    says: 'what the running sidecar knows: list, freshness, what is held and why',
    options: ['json'],
    operands: [],
  },
  reload: { says: 'let the running sidecar poll now', options: [], operands: [] },
  accept: {
    says: 'let the running sidecar publish what it holds, if that still has this digest; a whole answer only with it',
    options: ['undo'],
    operands: ['DIGEST'],
  },
  check: {
    says: 'what the inventory would change in the target file; exit 0: nothing, 1: something, or it is held, 2: not compared, or a faulty setting',
    options: ['json'],
    operands: [],
  },
  verify: {
    says: 'compare inventory, target file and Prometheus; exit 0: no difference, 1: differences, 2: not compared, or a faulty setting',
    options: ['prometheus', 'job', 'headers-file', 'wait', 'json'],
    required: 'prometheus',
    operands: [],
  },
  healthcheck: { says: "exit 0 while the running sidecar's loop turns, else 1", options: [], operands: [] },
} as const satisfies Record<string, Syntax>;

export type Command = keyof typeof COMMANDS;

export interface Arguments extends ReturnType<typeof readValues> {
  readonly command: Command;
  readonly operands: readonly string[];
}

/** @returns what was asked, or one line that says what is wrong with it. */
export function parseArguments(args: string[]): Arguments | string {
  try {
    const { values, positionals, tokens } = split(args);
    const [command = 'run', ...operands] = positionals;
    if (!isCommand(command)) return `unknown command ${JSON.stringify(command)}`;
    const syntax: Syntax = COMMANDS[command];
    const extra = operands[syntax.operands.length];
    if (extra !== undefined) return `unexpected argument ${JSON.stringify(extra)}`;
    const taken = new Set<string>([...syntax.options, ...Object.keys(GENERAL)]);
    const foreign = tokens.find((token) => token.kind === 'option' && !taken.has(token.name));
    if (foreign?.kind === 'option') return `${command} takes no ${foreign.rawName}`;
    const { required } = syntax;
    if (required !== undefined && values[required] === undefined && !values.help)
      return `${command} needs ${OPTIONS[required].shown}`;
    return { ...readValues(values), command, operands };
  } catch (error) {
    return messageOf(error);
  }
}

function split(args: string[]) {
  return parseArgs({ args, options: { ...OPTIONS, ...GENERAL }, allowPositionals: true, tokens: true });
}

// URLs without a slash at their end, each once.
function readValues({ prometheus = [], job = [], wait = '0', ...flags }: ReturnType<typeof split>['values']) {
  const urls = prometheus.map((text) => named('--prometheus', readPrometheusUrl, text));
  const waitMs = named('--wait', durationBetween(0, LONGEST_WAIT_MS), wait);
  return { ...flags, prometheus: [...new Set(urls)], job, waitMs };
}

const LONGEST_WAIT_MS = 3_600_000;

function named<Value>(option: string, read: (text: string) => Value, text: string): Value {
  try {
    return read(text);
  } catch (error) {
    throw new Error(`${option} ${messageOf(error)}`);
  }
}

function readPrometheusUrl(text: string): string {
  if (!URL.canParse(text)) throw new Error('is no URL; write e.g. http://prometheus:9090');
  const url = readHttpUrl(text);
  if (/[?#]/.test(url)) throw new Error('has a query; give the address alone, e.g. http://prometheus:9090');
  return url.replace(/\/+$/, '');
}

function isCommand(name: string): name is Command {
  return Object.hasOwn(COMMANDS, name);
}

/** What --help prints. */
export function helpText(version: string): string {
  return `inventory-sd ${version}: turns an inventory into Prometheus targets

Usage: inventory-sd [COMMAND] [OPTION…]

${rows(commands())}

${rows(options())}

Settings come from the environment; the README lists them. The most used:
  INVENTORY_URL (http://inventory-server:1337/inventory)  UPDATE_INTERVAL (30)  TARGETS_FILE (/shared/targets.json)`;
}

function commands(): [string, string][] {
  return Object.entries<Syntax>(COMMANDS).map(([name, { says, operands }]) => [
    [name, ...operands.map((operand) => `[${operand}]`)].join(' '),
    says,
  ]);
}

function options(): [string, string][] {
  const own = Object.entries(OPTIONS).map(([name, { shown, says }]): [string, string] => {
    const takers = Object.entries<Syntax>(COMMANDS).filter(([, { options }]) =>
      options.includes(name as 'json'),
    );
    return [shown, `${says} (${takers.map(([command]) => command).join(', ')})`];
  });
  return [...own, ['--help, --version', '']];
}

function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([left]) => left.length)) + 3;
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd()).join('\n');
}
