import { describe, expect, test } from 'vitest';
import { readSensors } from '../../../src/sidecar/sensors/answer.ts';

const read = (text: string | Buffer) => readSensors(Buffer.from(text), 'http://i/list');

test('the reference answer of 100 sensors is read', () => {
  const names = Array.from({ length: 100 }, (_, i) => `sensor_${i}`);
  expect(read(JSON.stringify(names)).map((sensor) => sensor.host)).toEqual(names);
});

test('entries of every form stand side by side', () => {
  const sensors = read('["a",{"host":"b"},{"targets":["c:1","d:2"]}]');
  expect(sensors.map((sensor) => sensor.host)).toEqual(['a', 'b', 'c', 'd']);
});

test('an empty list is a list', () => {
  expect(read('[]')).toEqual([]);
});

test('a byte-order mark is read past', () => {
  expect(read('\ufeff["a"]')).toHaveLength(1);
});

describe('no list of sensors:', () => {
  const f = (name: string, body: string | Buffer, reason: string, message: string) =>
    test(name, () => {
      const expected = `cannot use the answer of http://i/list: ${message}`;
      expect(() => read(body)).toThrow(
        expect.objectContaining({ reason, message: expect.stringContaining(expected) }),
      );
    });
  f('null', 'null', 'not_a_list', 'it is null, not a list of sensors');
  f('an object', '{}', 'not_a_list', 'it is an object');
  f('a number', '42', 'not_a_list', 'it is a number');
  f('a text', '"sensor_0"', 'not_a_list', 'it is a string');
  f('nothing', '', 'not_json', 'it is no JSON (Unexpected end');
  f('cut', '["sensor_0","sens', 'not_json', 'it is no JSON');
  f('HTML', '<html>\n<title>Log in\u001b[2J', 'not_json', 'it is no JSON');
  f('another charset', Buffer.from([0x5b, 0x22, 0xe4, 0x22, 0x5d]), 'not_json', 'it is no JSON');
  f('numbers', '["a",1]', 'bad_entry', 'entry 1 is no sensor: 1');
  f('a bad address', '["a b"]', 'bad_entry', "entry 0 is no host name: 'a b'");
  f('nested', '[["sensor_0"]]', 'bad_entry', "entry 0 is no sensor: [ 'sensor_0' ]");
  f('ten thousand deep', '['.repeat(10_000) + ']'.repeat(10_000), 'bad_entry', 'entry 0 is no sensor');
});

test('a message shows where an answer begins, without what a terminal would obey', () => {
  const body = `<html>\u001b[2J\n${'x'.repeat(500)}`;
  expect(() => read(body)).toThrow(/it begins <html> \[2J x+…$/);
});

test('a message stays short and plain, whatever an entry holds', () => {
  const entry = { host: 'a', scheme: `\u009b\u202e${'x'.repeat(100_000)}` };
  expect(() => read(JSON.stringify([entry]))).toThrow(/^[ -~…]{1,400}$/);
});

test('a defect of ours is not explained away as a faulty answer', () => {
  expect(() => readSensors(undefined as unknown as Uint8Array, 'x')).toThrow(TypeError);
});
