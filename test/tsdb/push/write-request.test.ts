// WriteRequests of remote write 1.0: what becomes of them, and what is said of faulty ones.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLabelMemory } from '../../../src/tsdb/push/label-memory.ts';
import { Refusal } from '../../../src/tsdb/push/refusal.ts';
import { readWriteRequest } from '../../../src/tsdb/push/write-request.ts';
import { encodeWriteRequest, type SentSeries } from '../../helpers/remote-write.ts';

const T = 1_700_000_000_000;

const read = (message: Buffer, most = 1000) => readWriteRequest(message, most, createLabelMemory(10_000));
const readSeries = (...series: SentSeries[]) => read(encodeWriteRequest(series));

function refusal(message: Buffer, most?: number): string {
  try {
    read(message, most);
    return 'taken';
  } catch (error) {
    return error instanceof Refusal ? `${error.reason}: ${error.message}` : `not ours: ${error}`;
  }
}

test('each sample is a row with the labels of its series', () => {
  const { batch } = readSeries(
    {
      labels: { __name__: 'up', job: 'a' },
      samples: [
        [T, 1],
        [T + 1, -0],
      ],
    },
    { labels: { __name__: 'none' } },
    { labels: { __name__: 'up', job: 'b' }, samples: [[T, Number.POSITIVE_INFINITY]] },
  );
  expect(batch.labels).toEqual([
    { __name__: 'up', job: 'a' },
    { __name__: 'up', job: 'a' },
    { __name__: 'up', job: 'b' },
  ]);
  expect([...batch.times]).toEqual([T, T + 1, T]);
  expect([...batch.values]).toEqual([1, -0, Number.POSITIVE_INFINITY]);
  expect([...batch.stale]).toEqual([0, 0, 0]);
});

test('an empty request is an empty batch', () => {
  expect(read(Buffer.alloc(0)).batch.labels).toEqual([]);
});

test('a stale marker is known by its bits, and no other NaN is one', () => {
  // Of a sample without a time, so that the value is the last of the message.
  const withBits = (hex: string) => {
    const message = encodeWriteRequest([{ labels: { __name__: 'a' }, samples: [[0, 1]] }]);
    Buffer.from(hex, 'hex').reverse().copy(message, message.indexOf('000000000000f03f', 'hex'));
    const { stale, values } = read(message).batch;
    return [stale[0], values[0]];
  };
  expect(withBits('7ff0000000000002')).toEqual([1, Number.NaN]);
  expect(withBits('7ff8000000000001')).toEqual([0, Number.NaN]);
  expect(withBits('7ff0000000000003')).toEqual([0, Number.NaN]);
  expect(withBits('fff0000000000002')).toEqual([0, Number.NaN]);
  expect(withBits('7ff0000001000002')).toEqual([0, Number.NaN]);
});

test('times are whole 64 bits, also before 1970', () => {
  const times = [0, 1, -1, -T, T, 8.64e15, -8.64e15];
  const { batch } = readSeries({ labels: { __name__: 'a' }, samples: times.map((time) => [time, 1]) });
  expect([...batch.times]).toEqual(times);
});

test('names and values may be any UTF-8, and hold what objects use themselves', () => {
  const labels: [string, string][] = [
    ['__name__', 'μ'],
    ['__proto__', 'x'],
    ['1', '\ufffd'],
    ['constructor', '😀'],
    ['http.status', '"\n\\'],
  ];
  expect(Object.entries(readSeries({ labels, samples: [[T, 1]] }).batch.labels[0] ?? {})).toEqual(
    expect.arrayContaining(labels),
  );
});

test('labels may come in any order, and empty ones are none', () => {
  const labels: [string, string][] = [
    ['z', '1'],
    ['__name__', 'a'],
    ['b', ''],
  ];
  expect(readSeries({ labels, samples: [[T, 1]] }).batch.labels[0]).toEqual({ __name__: 'a', z: '1' });
});

test('exemplars and native histograms are left out and counted', () => {
  const { batch, exemplars, histograms } = readSeries(
    { labels: { __name__: 'a' }, samples: [[T, 1]], exemplars: 2 },
    { labels: { __name__: 'b' }, histograms: 3 },
  );
  expect([batch.labels.length, exemplars, histograms]).toEqual([1, 2, 3]);
});

test('metadata becomes families', () => {
  const metadata = [
    { type: 1, metric_family_name: 'a_total', help: 'Of a.' },
    { type: 4, metric_family_name: 'b', unit: 'seconds' },
    { type: 99, metric_family_name: 'c' },
  ];
  expect([...read(encodeWriteRequest([], metadata)).batch.families]).toEqual([
    ['a_total', { type: 'counter', help: 'Of a.', unit: '' }],
    ['b', { type: 'gaugehistogram', help: '', unit: 'seconds' }],
    ['c', { type: '', help: '', unit: '' }],
  ]);
});

test('the same labels are one object, again and again', () => {
  const memory = createLabelMemory(1000);
  const message = encodeWriteRequest([{ labels: { __name__: 'a' }, samples: [[T, 1]] }]);
  const [first, second] = [1, 2].map(() => readWriteRequest(message, 10, memory).batch.labels[0]);
  expect(second).toBe(first);
});

test('what is remembered of labels stays within its bound', () => {
  const memory = createLabelMemory(100);
  const labels = { __name__: 'a' };
  for (let i = 0; i < 1000; i += 1) memory.set(`key ${String(i).padStart(6)}`, labels);
  const known = Array.from({ length: 1000 }, (_, i) => memory.get(`key ${String(i).padStart(6)}`));
  expect(known.filter((found) => found !== undefined).length).toBeLessThanOrEqual(20);
});

describe('a fault is told by the index of its series', () => {
  const good: SentSeries = { labels: { __name__: 'a' }, samples: [[T, 1]] };
  const f = (faulty: SentSeries) => refusal(encodeWriteRequest([good, faulty, good]));

  test.each<[SentSeries, string]>([
    [{ labels: { job: 'a' } }, 'it has no __name__'],
    [{ labels: {} }, 'it has no __name__'],
    [{ labels: { __name__: '' } }, 'it has no __name__'],
    [{ labels: { __name__: 'a', '': 'x' } }, 'a label has no name'],
    [
      {
        labels: [
          ['__name__', 'a'],
          ['b', '1'],
          ['b', '2'],
        ],
      },
      'label "b" comes twice',
    ],
    [
      {
        labels: [
          ['b', ''],
          ['__name__', 'a'],
          ['b', '2'],
        ],
      },
      'label "b" comes twice',
    ],
    [{ labels: { __name__: 'a' }, samples: [[8.64e15 + 2, 1]] }, 'a timestamp is beyond every calendar'],
  ])('%j', (faulty, why) =>
    expect(f(faulty)).toBe(`bad_data: cannot read timeseries[1]: ${why}; nothing was taken`),
  );

  test('a text that is not UTF-8', () => {
    const message = encodeWriteRequest([good, { labels: { __name__: 'a', b: 'xyz' } }]);
    message[message.indexOf('xyz') + 1] = 0xff;
    expect(refusal(message)).toMatch(
      /^bad_data: cannot read timeseries\[1\]: the text at byte \d+ is not UTF-8; nothing was taken$/,
    );
  });

  test('a field with another wire type than its own', () => {
    const message = encodeWriteRequest([good]);
    message[message.indexOf('000000000000f03f', 'hex') - 1] = (1 << 3) | 0;
    expect(refusal(message)).toMatch(/^bad_data: cannot read timeseries\[0\]: /);
  });

  test('metadata without a name', () => {
    const message = encodeWriteRequest([good], [{ type: 1, help: 'x' }]);
    expect(refusal(message)).toBe(
      'bad_data: cannot read metadata[0]: it names no metric family; nothing was taken',
    );
  });
});

test('more samples than anybody may send are too large, and reading ends there', () => {
  const series = (samples: number): SentSeries => ({
    labels: { __name__: 'a' },
    samples: Array.from({ length: samples }, (_, i) => [T + i, i]),
  });
  expect(refusal(encodeWriteRequest([series(600), series(400)]))).toBe('taken');
  expect(refusal(encodeWriteRequest([series(600), series(401)]))).toBe(
    'too_large: cannot take more than 1000 samples at once; nothing was taken',
  );
});

test('fields may come in any order', () => {
  const label = (name: string, value: string) => field(1, Buffer.concat([field(1, name), field(2, value)]));
  const sample = field(2, Buffer.concat([Buffer.of(2 << 3, 5), Buffer.of((1 << 3) | 1), Buffer.alloc(8)]));
  const series = Buffer.concat([sample, label('__name__', 'a'), sample, label('b', 'c')]);
  const { batch } = read(field(1, series));
  expect(batch.labels).toEqual([
    { __name__: 'a', b: 'c' },
    { __name__: 'a', b: 'c' },
  ]);
  expect([...batch.times]).toEqual([5, 5]);
});

function field(number: number, content: string | Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2, content.length), Buffer.from(content)]);
}

test('fields of a later version are skipped', () => {
  const message = encodeWriteRequest([{ labels: { __name__: 'a' }, samples: [[T, 1]] }]);
  const later = Buffer.from([(15 << 3) | 2, 2, 0xff, 0xff, ((16 << 3) & 0x7f) | 0x80, 1, 5]);
  expect(read(Buffer.concat([message, later])).batch.labels).toHaveLength(1);
});

describe('any bytes are read or refused in its own words', () => {
  const verdict = /^(taken$|bad_data: cannot read |too_large: )/;
  const sound = encodeWriteRequest(
    [
      { labels: { __name__: 'a', b: 'c' }, samples: [[T, 1]], exemplars: 1 },
      { labels: { __name__: 'b' }, samples: [[T, 2]], histograms: 1 },
    ],
    [{ type: 1, metric_family_name: 'a', help: 'h' }],
  );

  test('any', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(refusal(Buffer.from(bytes))).toMatch(verdict);
      }),
      { numRuns: 3000 },
    );
  });

  test('a sound message with some bytes changed', () => {
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const message = Buffer.from(sound);
        for (const [at, byte] of changes) message[at] = byte;
        expect(refusal(message)).toMatch(verdict);
      }),
      { numRuns: 5000 },
    );
  });

  test('a sound message that is cut', () => {
    const whole = new Set([0]);
    for (let end = 1; end < sound.length; end += 1) {
      const told = refusal(sound.subarray(0, end));
      expect(told).toMatch(verdict);
      if (told === 'taken') whole.add(end);
    }
    // Only between two series can a message end.
    expect(whole.size).toBe(3);
  });
});

describe('the labels of a series are bounded', () => {
  const labelsOf = (count: number): [string, string][] => [
    ['__name__', 'a'],
    ...Array.from({ length: count - 1 }, (_, i): [string, string] => [`b${i}`, 'c']),
  ];
  const f = (labels: [string, string][]) => refusal(encodeWriteRequest([{ labels, samples: [[T, 1]] }]));

  test('in their number', () => {
    expect(f(labelsOf(256))).toBe('taken');
    expect(f(labelsOf(257))).toBe(
      'bad_data: cannot read timeseries[0]: it has more than 256 labels; nothing was taken',
    );
  });

  test('in their size', () => {
    const of = (length: number) => f([...labelsOf(2), ['text', 'x'.repeat(length)]]);
    expect(of(65_000)).toBe('taken');
    expect(of(65_536)).toBe(
      'bad_data: cannot read timeseries[0]: its labels are larger than 65536 bytes; nothing was taken',
    );
  });
});
