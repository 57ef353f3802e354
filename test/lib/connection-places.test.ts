import { describe, expect, test } from 'vitest';
import { createPlaces } from '../../src/lib/connection-places.ts';

const LIMITS = { connections: 10, connectionsPerAddress: 4, connectionsForLoopback: 2 };
const take = (places: ReturnType<typeof createPlaces>, count: number, address: string) =>
  Array.from({ length: count }, () => places.take(address)).filter((leave) => leave !== undefined);

describe('places', () => {
  test('no neighbour takes all', () => {
    const places = createPlaces(LIMITS);
    expect(take(places, 20, '192.0.2.1')).toHaveLength(4);
    expect(take(places, 20, '192.0.2.2')).toHaveLength(4);
  });

  test('an IPv6 network counts as one neighbour', () => {
    const places = createPlaces(LIMITS);
    const addresses = Array.from({ length: 20 }, (_, i) => `2001:db8::${i}`);
    expect(addresses.map(places.take).filter((leave) => leave !== undefined)).toHaveLength(4);
  });

  test('when all others are taken some are left for loopback, and loopback may have them all', () => {
    const places = createPlaces(LIMITS);
    for (const host of [1, 2, 3, 4]) take(places, 20, `192.0.2.${host}`);
    expect(take(places, 20, '127.0.0.1')).toHaveLength(2);
    expect(take(createPlaces(LIMITS), 20, '::1')).toHaveLength(10);
  });

  test('one that is given back can be taken again', () => {
    const places = createPlaces(LIMITS);
    const [leave] = take(places, 20, '192.0.2.1');
    leave?.();
    expect(take(places, 20, '192.0.2.1')).toHaveLength(1);
  });
});
