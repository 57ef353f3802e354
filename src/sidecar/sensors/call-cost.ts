// What a call of a JMESPath function takes, in steps, known before it is made.

import { type Spend, sizeOf } from './budget.ts';

type Cost = (args: readonly unknown[], spend: Spend) => number;

/** @param spend pays for finding it out. */
export function costOfCall(name: string, args: readonly unknown[], spend: Spend): number {
  return (COSTS[name] ?? scanning)(args, spend);
}

function scanning(args: readonly unknown[]): number {
  return args.reduce<number>((sum, arg) => sum + 1 + lengthOf(arg), 0);
}

const constant: Cost = () => 1;

const COSTS: Readonly<Record<string, Cost>> = {
  abs: constant,
  ceil: constant,
  floor: constant,
  length: constant,
  not_null: constant,
  to_array: constant,
  to_number: constant,
  type: constant,
  join: ([glue, parts]) => {
    if (!Array.isArray(parts)) return 1;
    return parts.reduce((sum, part) => sum + lengthOf(part), (1 + lengthOf(glue)) * parts.length);
  },
  pad_left: padding,
  pad_right: padding,
  replace: ([text, , by, count]) =>
    typeof count === 'number'
      ? count * (1 + lengthOf(text) + count * lengthOf(by))
      : (1 + lengthOf(text)) * (1 + lengthOf(by)),
  to_string: ([value], spend) => sizeOf(value, spend),
  // Their regular expressions look at each character again from each character on.
  trim: trimming,
  trim_left: trimming,
  trim_right: trimming,
};

function padding([text, width]: readonly unknown[]): number {
  return lengthOf(text) + (typeof width === 'number' ? width : 0);
}

function trimming([text]: readonly unknown[]): number {
  return 1 + lengthOf(text) ** 2 / 16;
}

function lengthOf(value: unknown): number {
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
