import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { quickHeldRules } from '../../../tools/demo/alert-rules.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
}

const yaml = await readFile('prometheus/rules/inventory-sd.yml', 'utf8');
const QUICK = { pending: '4s', window: '10s' };

function rulesOf(text: string): Rule[] {
  return (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
}

test('the alerts on a held list wait and look back for seconds, and every other alert stays as it is', () => {
  const quick = rulesOf(quickHeldRules(yaml, QUICK));
  expect(quick).toEqual(
    rulesOf(yaml).map((rule) =>
      rule.alert.startsWith('InventorySdHeld')
        ? { ...rule, for: '4s', expr: rule.expr.replaceAll('[5m]', '[10s]') }
        : rule,
    ),
  );
  expect(quick.filter((rule) => rule.for === '4s').map(({ alert }) => alert)).toEqual([
    'InventorySdHeldEmpty',
    'InventorySdHeldShrink',
    'InventorySdHeldGrowth',
  ]);
});

test.each([
  ['are not there', yaml.replaceAll('InventorySdHeld', 'InventoryHeld')],
  ['fire at once', yaml.replaceAll(/\n *for: 10m/g, '')],
  ['look back for another time', yaml.replaceAll('[5m]', '[6m]')],
])('says so when they %s', (_what, changed) => {
  expect(() => quickHeldRules(changed, QUICK)).toThrow('its alerts on a held list have changed');
});
