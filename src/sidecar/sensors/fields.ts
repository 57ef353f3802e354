// The fields of an entry that is an object.

export type Fields = Readonly<Record<string, unknown>>;

/** Where the host is looked for, the most exact name first. */
export const HOST_FIELDS = ['hostname', 'host', 'address', 'ip', 'target', 'name'] as const;

/** The first of HOST_FIELDS that holds a text. */
export function hostFieldOf(fields: Fields): string | undefined {
  for (const name of HOST_FIELDS) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The fields, and each also under its name in lower case: spreadsheets and some programs write `Hostname`. */
export function withLowerCaseNames(fields: Fields): Fields {
  const lower = Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...Object.fromEntries(lower), ...fields };
}

/** Whether anything is said: neither absent nor null nor an empty text. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A text, number or boolean as a label value that Prometheus reads as it is; undefined for all else. */
export function scalarOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Whether a field `enabled` says no: false, 0, or a word for it. */
export function isDisabled(enabled: unknown): boolean {
  if (typeof enabled === 'string') return /^(false|no|off|0)$/i.test(enabled.trim());
  return enabled === false || enabled === 0;
}
