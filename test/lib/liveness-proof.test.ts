import { describe, expect, test } from 'vitest';
import { isLivenessProof, proveLiveness } from '../../src/lib/liveness-proof.ts';

const NOW = Date.parse('2026-01-02T12:00:00Z');
const CONFIG = Buffer.from('basic_auth_users: {}');
const OTHER = Buffer.from('basic_auth_users: {a: b}');
const proof = proveLiveness(CONFIG, '/livez', NOW);

test('a proof counts for its path, with one of the configurations, for a minute', () => {
  expect(isLivenessProof(proof, [OTHER, CONFIG], '/livez', NOW + 59_000)).toBe(true);
  expect(isLivenessProof(proof, [CONFIG], '/livez', NOW - 59_000)).toBe(true);
});

describe('no proof:', () => {
  test.each([
    ['for another path', proof, [CONFIG], '/healthz', NOW],
    ['with another configuration', proof, [OTHER], '/livez', NOW],
    ['with none', proof, [], '/livez', NOW],
    ['too late', proof, [CONFIG], '/livez', NOW + 61_500],
    ['too early', proof, [CONFIG], '/livez', NOW - 61_500],
    ['with another time', proof.replace(/ \d+ /, ` ${NOW / 1000 + 1} `), [CONFIG], '/livez', NOW],
    ['cut', proof.slice(0, -1), [CONFIG], '/livez', NOW],
    ['without a digest', 'Liveness 1', [CONFIG], '/livez', 1000],
    ['without a time', 'Liveness', [CONFIG], '/livez', NOW],
    ['of another scheme', proof.replace('Liveness', 'Bearer'), [CONFIG], '/livez', NOW],
    ['of characters that take more bytes', `${proof.slice(0, -1)}é`, [CONFIG], '/livez', NOW],
    ['at all', '', [CONFIG], '/livez', NOW],
  ])('%s', (_, authorization, configurations, path, now) => {
    expect(isLivenessProof(authorization, configurations, path, now)).toBe(false);
  });
});
