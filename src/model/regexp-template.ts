// The template of a replacement, as Go's regexp.Expand reads it.

/** One match of a regular expression. */
export interface Match {
  /** The whole text, then each group; one that took no part is empty. */
  readonly groups: readonly string[];
  /** Numbers of the groups that have a name. */
  readonly names: ReadonlyMap<string, number>;
}

// `$$`, `${name}` or `$name`; a name is letters, digits and _, as long as possible. Any other $ stands for itself.
const REFERENCE = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/** The template with its references filled in; a group that does not exist is empty. */
export function expandTemplate(template: string, match: Match): string {
  return template.replace(REFERENCE, (reference, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    return name === undefined ? reference.slice(1) : groupOf(match, name);
  });
}

// A number has no leading zero; one that has is a name, which no group can have.
function groupOf({ groups, names }: Match, name: string): string {
  const index = /^(0|[1-9]\d{0,7})$/.test(name) ? Number(name) : names.get(name);
  return index === undefined ? '' : (groups[index] ?? '');
}
