import { expect, test } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';

test('a line is JSON with the level as a word and the time in RFC 3339 UTC', () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  log.info({ targets: 42 }, 'target file written');
  log.debug('not shown');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    targets: 42,
    msg: 'target file written',
  });
});

test('without a destination it writes to standard output', () => {
  expect(createLogger('silent').level).toBe('silent');
});
