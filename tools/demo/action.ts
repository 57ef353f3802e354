// What can be done to the pretend inventory, and what a person decides at inventory-sd.

/** The faults the demo injects, in the words of the admin API. */
export const FAULTS = {
  empty: { fault: 'empty' },
  half: { fault: 'half' },
  null: { fault: 'null' },
  status: { fault: 'status', status: 500 },
  hang: { fault: 'hang' },
} as const;

export type Action =
  | { readonly do: 'break'; readonly fault: keyof typeof FAULTS }
  | { readonly do: 'heal' }
  | { readonly do: 'add' | 'remove'; readonly count: number }
  /** At inventory-sd: what is held is published. */
  | { readonly do: 'accept' }
  /** The list before that is published once more. */
  | { readonly do: 'undo' };

/** A fault as a sentence goes on after "the inventory …". */
export function faultWords(kind: string, status?: number): string {
  if (kind === 'empty') return 'answers []';
  if (kind === 'half') return 'lists only every second sensor';
  if (kind === 'null') return 'answers null';
  if (kind === 'status') return `answers status ${status ?? '?'}`;
  if (kind === 'hang') return 'never answers';
  return `has the fault ${kind}`;
}
