// What can be done to the pretend inventory.

/** The faults the demo injects, in the words of the admin API. */
export const FAULTS = {
  empty: { fault: 'empty' },
  null: { fault: 'null' },
  status: { fault: 'status', status: 500 },
  hang: { fault: 'hang' },
} as const;

export type Action =
  | { readonly do: 'break'; readonly fault: keyof typeof FAULTS }
  | { readonly do: 'heal' }
  | { readonly do: 'add' | 'remove'; readonly count: number };

/** A fault as a sentence goes on after "the inventory …". */
export function faultWords(kind: string, status?: number): string {
  if (kind === 'empty') return 'answers []';
  if (kind === 'null') return 'answers null';
  if (kind === 'status') return `answers status ${status ?? '?'}`;
  if (kind === 'hang') return 'never answers';
  return `has the fault ${kind}`;
}
