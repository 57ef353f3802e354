// What all targets say of their metrics, joined.

import { expect, test } from 'vitest';
import { joinMetadata } from '../../../src/tsdb/scrape/metadata.ts';

test('each way of saying stands once, in the order of the targets', () => {
  const gauge = { type: 'gauge', help: 'How warm.', unit: '' } as const;
  const counter = { type: 'counter', help: 'How warm.', unit: '' } as const;
  const other = { type: 'gauge', help: '', unit: 'How warm.' } as const;
  const said = [gauge, counter, { ...gauge }, other].map((way) => new Map([['heat', way]]));
  expect(joinMetadata([...said, new Map([['up', gauge]])])).toEqual(
    new Map([
      ['heat', [gauge, counter, other]],
      ['up', [gauge]],
    ]),
  );
});
