// Arguments → texts of flags by name: `--flag=value`, `--flag value`, `--switch`, `--no-switch`.

import { nearestName } from './nearest-name.ts';

export interface GivenFlags {
  /** Texts by name. */
  readonly given: ReadonlyMap<string, string>;
  /** A line for each argument that cannot be taken. */
  readonly faults: readonly string[];
}

interface Given {
  readonly name: string;
  readonly value: string | undefined;
}

/** @param switches those of `names` that are true by being there. */
export function readGiven(
  args: readonly string[],
  names: readonly string[],
  switches: readonly string[],
): GivenFlags {
  const given = new Map<string, string>();
  const faults: string[] = [];
  for (const { name, value } of splitFlags(args, switches)) {
    const fault = faultOf(name, value, names, given);
    if (fault !== undefined) faults.push(fault);
    else given.set(name, value ?? '');
  }
  return { given, faults };
}

function* splitFlags(args: readonly string[], switches: readonly string[]): Generator<Given> {
  for (let index = 0; index < args.length; index += 1) {
    const flag = splitFlag(args[index] ?? '', switches);
    const next = args[index + 1];
    if (flag.value === undefined && flag.name !== '' && next !== undefined && !next.startsWith('--')) {
      index += 1;
      yield { ...flag, value: next };
    } else yield flag;
  }
}

// What is no flag has no name.
function splitFlag(arg: string, switches: readonly string[]): Given {
  if (!arg.startsWith('--')) return { name: '', value: arg };
  const [flag = '', value] = arg.slice(2).split(/=(.*)/s);
  if (switches.includes(flag)) return { name: flag, value: value ?? 'true' };
  const off = flag.replace(/^no-/, '');
  return switches.includes(off) && value === undefined
    ? { name: off, value: 'false' }
    : { name: flag, value };
}

function faultOf(
  name: string,
  value: string | undefined,
  names: readonly string[],
  given: ReadonlyMap<string, string>,
): string | undefined {
  if (name === '') return `unexpected argument ${JSON.stringify(value ?? '--')}`;
  if (!names.includes(name)) {
    const near = nearestName(name, names);
    return `unknown flag --${name}${near === undefined ? '' : ` (did you mean --${near}?)`}`;
  }
  if (value === undefined) return `--${name} has no value`;
  return given.has(name) ? `--${name} is given twice` : undefined;
}
