import { describe, expect, test } from 'vitest';
import { readJsonGroups, readYamlGroups } from '../../../src/tsdb/discovery/read-groups.ts';

describe('target groups in JSON', () => {
  test.each<[string, unknown]>([
    ['[]', []],
    ['null', []],
    ['[{}]', [{ targets: [], labels: {} }]],
    ['[{"targets":null,"labels":null}]', [{ targets: [], labels: {} }]],
    ['[{"Targets":["a:1"],"LABELS":{"x":"y"}}]', [{ targets: ['a:1'], labels: { x: 'y' } }]],
    ['[{"targets":["a:1",null]}]', [{ targets: ['a:1', ''], labels: {} }]],
    ['[{"labels":{"größe":"1","b":null}}]', [{ targets: [], labels: { größe: '1', b: '' } }]],
  ])('%s', (text, groups) => {
    expect(readJsonGroups(text)).toEqual(groups);
  });

  test.each([
    ['', 'JSON'],
    ['{}', 'not a list'],
    ['[null]', 'group 0 is not an object'],
    ['[{}, []]', 'group 1 is not an object'],
    ['[{"targets":"a:1"}]', 'targets that are no list'],
    ['[{"targets":[1]}]', 'a target that is no text'],
    ['[{"labels":["a"]}]', 'labels that are no object'],
    ['[{"labels":{"a":1}}]', 'a label "a" that is no text'],
    ['[{"labels":{"":"1"}}]', 'a label without a name'],
    ['[{"targets":["a:1"],"_comment":"x"}]', 'unknown field "_comment"'],
    ['[] []', 'JSON'],
    ['\ufeff[]', 'JSON'],
  ])('%s is refused', (text, words) => {
    expect(() => readJsonGroups(text)).toThrow(words);
  });
});

describe('target groups in YAML', () => {
  test.each<[string, unknown]>([
    ['', []],
    ['# nothing', []],
    ['[]', []],
    ['- targets: [a:1, "b:2"]', [{ targets: ['a:1', 'b:2'], labels: {} }]],
    [
      '- targets: [a:1]\n  labels: {port: 9100, on: true, none: }',
      [{ targets: ['a:1'], labels: { port: '9100', on: 'true', none: '' } }],
    ],
  ])('%s', (text, groups) => {
    expect(readYamlGroups(text)).toEqual(groups);
  });

  test.each([
    ['- ', 'line 1'],
    ['- targets: a:1', 'line 1'],
    ['- targets: [a:1]\n  label: {}', 'line 2'],
    ['targets: [a:1]', 'no list'],
    ['- labels: {"": x}', 'without a name'],
    ['- targets: [', 'line'],
  ])('%s is refused', (text, words) => {
    expect(() => readYamlGroups(text)).toThrow(words);
  });

  test('aliases do not make a small text a huge list', () => {
    const list = `[${Array.from({ length: 3000 }, (_, i) => `a:${i}`).join()}]`;
    const groups = Array.from({ length: 3000 }, () => '- targets: *t').join('\n');
    expect(() => readYamlGroups(`- targets: &t ${list}\n${groups}`)).toThrow('larger than it is written');
  });
});
