import { describe, expect, test } from 'vitest';
import { countTargets, parseTargetGroups, writeTargetGroups } from '../../src/model/target-group.ts';

const GROUPS = [
  { targets: ['a:1', 'b:2'], labels: { site: 'x' } },
  { targets: ['c:3'], labels: {} },
];

test('what is written is read back', () => {
  expect(parseTargetGroups(writeTargetGroups(GROUPS))).toEqual(GROUPS);
  expect(countTargets(GROUPS)).toBe(3);
});

test('every target stands on a line of its own', () => {
  expect(writeTargetGroups(GROUPS).split('\n')).toContain('   "b:2"');
});

describe('what is absent or null is empty, as Prometheus takes it:', () => {
  const f = (text: string, groups: unknown) =>
    test(text, () => expect(parseTargetGroups(text)).toEqual(groups));
  f('null', []);
  f('[{}]', [{ targets: [], labels: {} }]);
  f('[{"targets":null,"labels":null}]', [{ targets: [], labels: {} }]);
  f('[{"targets":["a:1"]}]', [{ targets: ['a:1'], labels: {} }]);
});

describe('what Prometheus refuses is refused:', () => {
  const f = (text: string, message: RegExp) =>
    test(text || 'nothing', () => expect(() => parseTargetGroups(text)).toThrow(message));
  f('', /JSON/);
  f('[{"targets":["a:1"]}', /JSON/); // cut
  f('\ufeff[]', /JSON/); // a byte-order mark
  f('[] []', /JSON/); // trailing data
  f('{}', /not a list/);
  f('[null]', /group 0 is not an object/);
  f('[[]]', /group 0 is not an object/);
  f('[{"targets":[],"_comment":""}]', /unknown field "_comment"/);
  f('[{"targets":{}}]', /targets that are no list/);
  f('[{"targets":["a"]},{"targets":[1]}]', /group 1 has a target that is no text/);
  f('[{"targets":[],"labels":[]}]', /labels that are no object/);
  f('[{"targets":[],"labels":{"a":1}}]', /faulty label "a"/);
  f('[{"targets":[],"labels":{"a-b":"1"}}]', /faulty label "a-b"/);
});
