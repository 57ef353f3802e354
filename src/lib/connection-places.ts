// Places for connections: a bounded number, of which no neighbour can take all, and some are kept for this machine.

import { addressGroup } from './address-group.ts';
import { isLoopback } from './this-machine.ts';

export interface PlaceLimits {
  readonly connections: number;
  /** For each address but loopback, behind which a proxy may stand for many. */
  readonly connectionsPerAddress: number;
  /** Of `connections`, for loopback alone: probes and commands must get through. */
  readonly connectionsForLoopback: number;
}

export interface Places {
  /** @returns how to give the place back, or undefined when there is none for this address. */
  take(address: string): (() => void) | undefined;
}

export function createPlaces(limits: PlaceLimits): Places {
  const byGroup = new Map<string, number>();
  let taken = 0;
  const hasPlace = (group: string, local: boolean) => {
    if (local) return taken < limits.connections;
    const isFull = taken >= limits.connections - limits.connectionsForLoopback;
    return !isFull && (byGroup.get(group) ?? 0) < limits.connectionsPerAddress;
  };
  return {
    take(address) {
      const group = addressGroup(address);
      if (!hasPlace(group, isLoopback(address))) return undefined;
      taken += 1;
      byGroup.set(group, (byGroup.get(group) ?? 0) + 1);
      return () => {
        taken -= 1;
        const left = (byGroup.get(group) ?? 1) - 1;
        if (left > 0) byGroup.set(group, left);
        else byGroup.delete(group);
      };
    },
  };
}
