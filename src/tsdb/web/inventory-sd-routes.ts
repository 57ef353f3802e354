// `/api/v1/inventory_sd`: the state of the sidecar whose targets are scraped here.

import type { InventorySd } from './inventory-sd.ts';
import type { Route } from './route.ts';

export function inventorySdRoutes(inventorySd: Pick<InventorySd, 'ask'>): Route[] {
  return [
    {
      methods: ['GET'],
      url: '/api/v1/inventory_sd',
      tag: 'targets',
      summary: 'What inventory-sd says of itself, asked by this server',
      handle: async () => ({ status: 'success', data: await inventorySd.ask() }),
    },
  ];
}
