// Our alerts, sixty times as fast: minutes are seconds and hours are minutes, for tests that wait until they fire.

import { readFile } from 'node:fs/promises';

/** The text of `prometheus/rules/inventory-sd.yml` with shorter times; its expressions are otherwise the real ones. */
export async function quickRules(): Promise<string> {
  const rules = await readFile('prometheus/rules/inventory-sd.yml', 'utf8');
  return rules.replace(/(\[|for: )(\d+)([mh])\b/g, (_, before: string, count: string, unit: string) => {
    return `${before}${count}${unit === 'm' ? 's' : 'm'}`;
  });
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}
