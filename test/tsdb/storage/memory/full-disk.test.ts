import { describe, expect, test } from 'vitest';
import { type FullDiskStore, playFullDiskStore } from '../../../helpers/full-disk-store.ts';

// What a limit does to a write is what a full disk does to it, so that this is tested also where nobody may mount.
describe.each(['mount', 'limit'] as const)('a full disk, by way of a %s:', async (way) => {
  const played = await playFullDiskStore(way);
  if (played === undefined) {
    test('this system lets us mount nothing, the limit stands in for it', () => expect(way).toBe('mount'));
    return;
  }
  const store: FullDiskStore = played;

  test('what is appended can be read, what asks to be durable is told that it is not', () => {
    const why = way === 'mount' ? 'there is no space left' : expect.stringContaining('EFBIG');
    expect(store.full).toEqual({
      trouble: why,
      durable: expect.stringMatching(/^not_durable: cannot make samples durable: /),
      notDurable: 'fine',
      isAllRead: true,
    });
    expect(store.stillFull).toBe(true);
  });

  test('it is told once, and once that it is over', () => {
    const story = store.told.filter((line) => line !== 'storage loaded');
    expect(story).toEqual([
      'cannot write the store to disk; samples are kept in memory only',
      'the store is written to disk again',
    ]);
  });

  test('when there is room again all of it is written, also what came meanwhile', () => {
    expect(store.healed).toEqual({ durable: 'fine', isAllRead: true });
    expect(store.isAllThere).toBe(true);
  });
});
