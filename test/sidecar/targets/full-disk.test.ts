import { describe, expect, test } from 'vitest';
import { type FullDisk, playFullDisk } from '../../helpers/full-disk.ts';

const NO_SPACE = expect.stringContaining('there is no space left');

// What a limit does to a write is what a full disk does to it, so that this is tested also where nobody may mount.
describe.each(['mount', 'limit'] as const)('a full disk, by way of a %s:', async (way) => {
  const played = await playFullDisk(way);
  if (played === undefined) {
    test('this system lets us mount nothing, the limit stands in for it', () => expect(way).toBe('mount'));
    return;
  }
  const disk: FullDisk = played;

  test('a list that does not fit any more is an error, the old one stands, nothing is left over', () => {
    expect(disk.nearlyFull).toEqual({ outcome: NO_SPACE, holds: 'small', staged: [] });
  });

  test('the same when not a byte is left', () => {
    expect(disk.full).toEqual({ outcome: NO_SPACE, holds: 'small', staged: [] });
    expect(disk.troubles).toEqual(way === 'mount' ? [NO_SPACE] : []);
  });

  test('when there is room again the next write succeeds by itself', () => {
    expect(disk.healed).toEqual({ outcome: 'fine', stands: true });
    expect(disk.told).toEqual(['written', 'writeFailed no_space', 'writeFailed no_space', 'written']);
  });

  // Why atomic-write.ts fills the staged file itself: when this test fails, write-file-atomic has been mended.
  test('the naive use of write-file-atomic publishes half a list there, and says nothing', () => {
    expect(disk.naive.outcome).toBe('fine');
    expect(disk.naive.bytes).toBeGreaterThan(0);
    expect(disk.naive.bytes).toBeLessThan(disk.naive.wanted);
  });
});
