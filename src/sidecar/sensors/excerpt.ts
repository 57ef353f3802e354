// Parts of an inventory's answer as messages may show them.

const MAX_LENGTH = 100;

/**
 * The beginning of a text: enough for a person to recognise it, too little to flood a log, nothing that a terminal
 * would obey, and nothing that stands before an @, where URLs hold passwords.
 */
export function excerpt(text: string): string {
  // Cut first: what stands before an @ is looked for in a bounded part.
  const safe = text.slice(0, 1000).replace(/[^\s"]*@/g, '…@');
  const printable = safe.slice(0, MAX_LENGTH).replace(/[^\x20-\x7e…]+/g, ' ');
  return safe.length > MAX_LENGTH ? `${printable}…` : printable;
}

/** A value in a few words: texts and numbers as they are, of all else only what it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${excerpt(value)}"`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

/** `null`, `a list`, `an object`, `a number` … */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The names of an object's fields, the first few, or `no fields`. */
export function fieldsOf(value: object): string {
  const names = Object.keys(value);
  if (names.length === 0) return 'no fields';
  const first = names.slice(0, 8).map((name) => excerpt(name));
  return names.length > first.length ? `${first.join(', ')}, …` : first.join(', ');
}
