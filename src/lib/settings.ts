// Settings from the environment only, read once: every fault is named in one go.

import env from 'env-var';
import { AppError, messageOf } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting: its default as a user would write it, and how its text is read (throws with what is wrong). */
export interface Setting<Value> {
  readonly default: string;
  readonly read: (text: string) => Value;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;

export type ValuesOf<Table extends Settings> = {
  readonly [Name in keyof Table]: ReturnType<Table[Name]['read']>;
};

/** One line for each thing that does not go together, among the settings that are set. */
export type Conflicts<Name> = (isSet: (name: Name) => boolean) => readonly string[];

/**
 * Reads every setting of the table; an empty value counts as none, as compose files write it.
 * @throws AppError `settings`: one line that counts the faulty settings, then a line for each.
 */
export function readSettings<Table extends Settings>(
  table: Table,
  environment: Environment,
  conflicts: Conflicts<keyof Table & string> = () => [],
): ValuesOf<Table> {
  const set = env.from(
    Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== '')),
  );
  const faults: string[] = [];
  const values = Object.entries(table).map(([name, setting]) => {
    const text = set.get(name).default(setting.default).asString().trim();
    try {
      return [name, setting.read(text)];
    } catch (error) {
      faults.push(`${name} ${isInjected(text) ? INJECTED : messageOf(error)}`);
      return [name, undefined];
    }
  });
  faults.push(...conflicts((name) => (environment[name] ?? '').trim() !== ''));
  if (faults.length > 0) throw new AppError('settings', describe(faults));
  return Object.fromEntries(values) as ValuesOf<Table>;
}

function describe(faults: readonly string[]): string {
  const count = faults.length === 1 ? '1 faulty setting' : `${faults.length} faulty settings`;
  return [`cannot start: ${count}`, ...faults].join('\n  ');
}

const INJECTED =
  'looks like the address of a Service that Kubernetes injected; set enableServiceLinks: false in the pod, or set this variable';

/** Whether the value is the address of a Service, as Kubernetes and old container links set it. */
export function isInjected(value: string | undefined): boolean {
  return /^(tcp|udp|sctp):\/\/\S+:\d+$/.test(value ?? '');
}
