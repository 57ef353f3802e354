import { expect, test } from 'vitest';
import { type ActiveAlert, alertsOnInventorySd } from '../../../tools/demo/alerts.ts';
import { AT } from './samples.ts';

const activeAt = new Date(AT).toISOString();
const alert = (alertname: string, state: ActiveAlert['state']): ActiveAlert => ({
  labels: { alertname },
  state,
  activeAt,
});
const seen = (...alerts: ActiveAlert[]) =>
  alertsOnInventorySd(alerts).map(({ name, state }) => `${name} ${state}`);

test('tells name, state and beginning', () => {
  expect(alertsOnInventorySd([alert('InventorySdHeldShrink', 'pending')])).toEqual([
    { name: 'InventorySdHeldShrink', state: 'pending', since: AT },
  ]);
});

test('takes only the alerts of inventory-sd, each once', () => {
  expect(
    seen(
      alert('SensorDown', 'firing'),
      alert('InventorySdHeldShrink', 'pending'),
      alert('InventorySdHeldShrink', 'firing'),
      alert('InventorySdHeldEmpty', 'firing'),
    ),
  ).toEqual(['InventorySdHeldEmpty firing', 'InventorySdHeldShrink firing']);
});

test('an alert that waits for minutes is left out until it fires', () => {
  expect(seen(alert('InventorySdAbsent', 'pending'))).toEqual([]);
  expect(seen(alert('InventorySdAbsent', 'firing'))).toEqual(['InventorySdAbsent firing']);
});
