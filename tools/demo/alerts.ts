// What Prometheus alerts on at inventory-sd.

/** One of `/api/v1/alerts`. */
export interface ActiveAlert {
  readonly labels: { readonly alertname: string };
  readonly state: 'pending' | 'firing';
  /** RFC 3339, when it became pending. */
  readonly activeAt: string;
}

export interface SeenAlert {
  readonly name: string;
  readonly state: ActiveAlert['state'];
  /** Unix time in milliseconds at which it became pending. */
  readonly since: number;
}

/**
 * The alerts of our rules, each name once. Only those on a held list are quick here: any other is left out until it
 * fires, which is minutes away.
 */
export function alertsOnInventorySd(alerts: readonly ActiveAlert[]): SeenAlert[] {
  const ours = alerts
    .filter(({ labels, state }) =>
      labels.alertname.startsWith(state === 'firing' ? 'InventorySd' : 'InventorySdHeld'),
    )
    .map(({ labels, state, activeAt }) => ({ name: labels.alertname, state, since: Date.parse(activeAt) }))
    .sort((a, b) => `${a.state} ${a.name}`.localeCompare(`${b.state} ${b.name}`));
  return ours.filter(({ name }, i) => ours.findIndex((other) => other.name === name) === i);
}
