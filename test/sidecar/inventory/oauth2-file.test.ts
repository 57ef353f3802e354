import { describe, expect, test } from 'vitest';
import { parseOAuth2File } from '../../../src/sidecar/inventory/oauth2-file.ts';

const LEAST = 'client_id: a\nclient_secret: planted-secret\ntoken_url: https://login.test/token\n';

test('the least there must be', () => {
  expect(parseOAuth2File(LEAST)).toEqual({
    clientId: 'a',
    clientSecret: 'planted-secret',
    tokenUrl: 'https://login.test/token',
    scopes: [],
    endpointParams: {},
  });
});

test('everything there may be, and every value is text', () => {
  const text = `---
client_id: 0123 # of digits
client_secret: "no: #"
token_url: http://login.test/token?x=y
scopes:
  - inventory.read
  - yes
endpoint_params: { audience: cmdb, version: 1.0 }
`;
  expect(parseOAuth2File(text)).toEqual({
    clientId: '0123',
    clientSecret: 'no: #',
    tokenUrl: 'http://login.test/token?x=y',
    scopes: ['inventory.read', 'yes'],
    endpointParams: { audience: 'cmdb', version: '1.0' },
  });
  expect(parseOAuth2File(`${LEAST}scopes:\nendpoint_params:\n`)).toMatchObject({
    scopes: [],
    endpointParams: {},
  });
});

describe('what is wrong is said, and nothing of it shown:', () => {
  const f = (text: string, message: string) =>
    test(message, () => expect(() => parseOAuth2File(text)).toThrow(new Error(message)));
  const known = 'client_id, client_secret, token_url, scopes, endpoint_params';
  f('planted-secret', `it is no YAML with ${known}`);
  f('- planted-secret', `it is no YAML with ${known}`);
  f(`${LEAST}planted-secret: x`, `its field 4 is none of ${known}`);
  f(`${LEAST}? [planted-secret]\n: x`, `its field 4 is none of ${known}`);
  f(`${LEAST}scopes: [planted-secret`, 'line 4 is no YAML (BAD_INDENT)');
  f('a: 1\nb: "planted-secret', 'line 2 is no YAML (MISSING_CHAR)');
  f(`${LEAST}scopes: *planted-secret`, 'scopes is no list of texts');
  f(LEAST.replace('client_id: a', ''), 'client_id is missing, or no text');
  f(LEAST.replace('client_id: a', 'client_id:'), 'client_id is missing, or no text');
  f(LEAST.replace('planted-secret', '[planted-secret]'), 'client_secret is missing, or no text');
  const url = 'token_url is no http or https URL without user name and password';
  f(LEAST.replace('https:', 'ftp:'), url);
  f(LEAST.replace('login', 'user:planted-secret@login'), url);
  f(`${LEAST}scopes: planted-secret`, 'scopes is no list of texts');
  f(`${LEAST}scopes: [[planted-secret]]`, 'scopes is no list of texts');
  f(`${LEAST}endpoint_params: planted-secret`, 'endpoint_params is no map of texts');
  f(`${LEAST}endpoint_params: { a: [planted-secret] }`, 'endpoint_params is no map of texts');
});
