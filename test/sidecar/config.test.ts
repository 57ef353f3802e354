import { describe, expect, test } from 'vitest';
import { oddities, readConfig, showConfig } from '../../src/sidecar/config.ts';

const warnings = (environment: Record<string, string>) => oddities(environment, readConfig(environment));

test('without any setting the documented defaults are in force', () => {
  expect(showConfig(readConfig({}))).toEqual({
    INVENTORY_URL: 'http://inventory-server:1337/inventory',
    UPDATE_INTERVAL: '30s',
    TARGETS_FILE: '/shared/targets.json',
    METRICS_PORT: 9100,
    METRICS_PATH: '/metrics',
    TARGET_LABELS: '',
    LISTEN_ADDRESS: ':9098',
    INVENTORY_TIMEOUT: '30s',
    INVENTORY_RETRIES: 3,
    INVENTORY_MAX_BYTES: '256MB',
    STALE_AFTER: '2m',
    INVENTORY_JMESPATH: '',
    INVENTORY_NEXT_JMESPATH: '',
    INVENTORY_META_FIELDS: '',
    LOG_LEVEL: 'info',
    ALLOW_EMPTY: false,
    MAX_SHRINK: '20%',
    SHRINK_WINDOW: '1h',
    SHRINK_CONFIRM_AFTER: '1h',
    REMOVAL_GRACE: '0ms',
    MAX_TARGETS: '',
    WEB_CONFIG_FILE: '',
    WEB_BASIC_AUTH_FILE: '',
    WEB_CLIENT_CERT_FILE: '',
    WEB_CLIENT_KEY_FILE: '',
    INVENTORY_BEARER_TOKEN_FILE: '',
    INVENTORY_BASIC_AUTH_FILE: '',
    INVENTORY_HEADERS_FILE: '',
    INVENTORY_OAUTH2_FILE: '',
    INVENTORY_CA_FILE: '',
    INVENTORY_CERT_FILE: '',
    INVENTORY_KEY_FILE: '',
    HTTPS_PROXY: '',
    HTTP_PROXY: '',
    NO_PROXY: '',
  });
});

test('an empty value counts as none, as compose files write it', () => {
  expect(readConfig({ UPDATE_INTERVAL: '', INVENTORY_URL: '' })).toEqual(readConfig({}));
});

describe('a setting is read:', () => {
  const f = (name: string, text: string, shown: string | number | boolean | boolean) =>
    test(`${name}=${text}`, () =>
      expect(showConfig(readConfig({ [name]: text }))).toMatchObject({ [name]: shown }));
  f('INVENTORY_URL', 'https://inv.example.com:8443/a', 'https://inv.example.com:8443/a');
  f('UPDATE_INTERVAL', '1m30s', '1m30s');
  f('UPDATE_INTERVAL', ' 45 ', '45s');
  f('UPDATE_INTERVAL', '1500ms', '1s500ms');
  f('TARGETS_FILE', 'relative/t.json', 'relative/t.json');
  f('METRICS_PORT', '65535', 65_535);
  f('METRICS_PATH', '/probe', '/probe');
  f('TARGET_LABELS', 'env=prod, site=a=b', 'env=prod,site=a=b');
  f('LISTEN_ADDRESS', '[::1]:1', '[::1]:1');
  f('INVENTORY_TIMEOUT', '5s', '5s');
  f('INVENTORY_RETRIES', '0', 0);
  f('INVENTORY_MAX_BYTES', '1MiB', '1MB');
  f('STALE_AFTER', '10m', '10m');
  f('LOG_LEVEL', 'debug', 'debug');
  f('ALLOW_EMPTY', 'true', true);
  f('MAX_SHRINK', '12.5%', '12.5%');
  f('MAX_SHRINK', '0', '0');
  f('SHRINK_WINDOW', '6h', '6h');
  f('SHRINK_CONFIRM_AFTER', '0', '0ms');
  f('REMOVAL_GRACE', '5m', '5m');
  f('MAX_TARGETS', '20000', 20_000);
  f('INVENTORY_JMESPATH', 'data[?up].{host: name}', 'data[?up].{host: name}');
  f('INVENTORY_NEXT_JMESPATH', 'paging.next_url', 'paging.next_url');
  f('INVENTORY_META_FIELDS', 'site, Serial No,,site', 'site,Serial No');
  f('WEB_CONFIG_FILE', '/etc/web.yml', '/etc/web.yml');
  f('WEB_CONFIG_FILE', 'web.yml', 'web.yml');
  f('WEB_BASIC_AUTH_FILE', '/run/user', '/run/user');
  test('WEB_CLIENT_CERT_FILE with WEB_CLIENT_KEY_FILE', () => {
    const pair = { WEB_CLIENT_CERT_FILE: '/a.crt', WEB_CLIENT_KEY_FILE: '/a.key' };
    const config = readConfig(pair);
    expect(showConfig(config)).toMatchObject(pair);
    expect(config.webClient).toMatchObject({ certFile: '/a.crt', keyFile: '/a.key' });
  });
});

test('the list counts as stale after three intervals, but not before two minutes', () => {
  expect(readConfig({ UPDATE_INTERVAL: '5m' }).staleAfterMs).toBe(900_000);
  expect(readConfig({ UPDATE_INTERVAL: '5s' }).staleAfterMs).toBe(120_000);
});

test('a STALE_AFTER below UPDATE_INTERVAL is odd, and said', () => {
  expect(warnings({ STALE_AFTER: '10s' })).toEqual([
    expect.stringContaining('STALE_AFTER is shorter than UPDATE_INTERVAL'),
  ]);
});

test('the query of the URL is asked with, and never shown', () => {
  const config = readConfig({ INVENTORY_URL: 'http://i/list?token=secret' });
  expect(config.inventoryUrl).toBe('http://i/list?token=secret');
  expect(showConfig(config).INVENTORY_URL).toBe('http://i/list?…');
});

describe('a faulty setting is named with what is wrong:', () => {
  const f = (name: string, text: string, message: string) =>
    test(`${name}=${text}`, () => {
      expect(() => readConfig({ [name]: text })).toThrow(
        `cannot start: 1 faulty setting\n  ${name} ${message}`,
      );
    });
  f('INVENTORY_URL', 'inventory/list', 'is no URL');
  f('INVENTORY_URL', 'ftp://i/list', 'begins with ftp:');
  f('INVENTORY_URL', 'http://user:pass@i/', 'holds a user name or password');
  f('INVENTORY_URL', 'http://user@i/', 'holds a user name or password');
  f('INVENTORY_URL', 'http://:pass@i/', 'holds a user name or password');
  f('UPDATE_INTERVAL', 'often', 'is "often", no duration');
  f('UPDATE_INTERVAL', '0', 'is "0"; it must lie from 50ms to 1d');
  f('UPDATE_INTERVAL', '2d', 'is "2d"; it must lie from');
  f('TARGETS_FILE', '/shared/targets.yml', 'is "/shared/targets.yml", not a file that ends in .json');
  f('TARGETS_FILE', '/shared/.json', 'is "/shared/.json", not a file');
  f(
    'TARGETS_FILE',
    '/shared/.inventory-sd/t.json',
    'is "/shared/.inventory-sd/t.json", in the folder where the sidecar keeps files of its own',
  );
  f(
    'TARGETS_FILE',
    '.inventory-sd/t.json',
    'is ".inventory-sd/t.json", in the folder where the sidecar keeps files of its own',
  );
  f('ALLOW_EMPTY', 'yes', 'is "yes"; write true or false');
  f('MAX_SHRINK', '101%', 'is "101%"; write a share from 0% to 100%, or a number of sensors');
  f('MAX_SHRINK', '-1', 'is "-1"; write a share');
  f('SHRINK_WINDOW', '0', 'is "0"; it must lie from 1s');
  f('REMOVAL_GRACE', 'short', 'is "short", no duration');
  f('MAX_TARGETS', '0', 'is "0", not a whole number from 1 to');
  f('METRICS_PORT', '0', 'is "0", not a whole number from 1 to 65535');
  f('METRICS_PORT', '80.5', 'is "80.5", not a whole number');
  f('METRICS_PORT', 'tcp://10.0.0.1:9100', 'looks like the address of a Service that Kubernetes injected');
  f('METRICS_PATH', 'metrics', 'is "metrics"; it must begin with /');
  f('METRICS_PATH', '/m?x', 'is "/m?x"; it must begin with /');
  f('TARGET_LABELS', 'prod', 'has "prod" where name=value belongs');
  f('TARGET_LABELS', 'a=1,,b=2', 'has "" where name=value belongs');
  f('TARGET_LABELS', 'a-b=1', 'has the illegal label name "a-b"');
  f('TARGET_LABELS', '__address__=x', 'has the illegal label name');
  f('TARGET_LABELS', 'a=1,a=2', 'names the label a twice');
  f('LISTEN_ADDRESS', '9098', 'is "9098"; write :port');
  f('INVENTORY_TIMEOUT', '2h', 'is "2h"; it must lie from');
  f('INVENTORY_RETRIES', '21', 'is "21", not a whole number from 0 to 20');
  f('INVENTORY_RETRIES', '-1', 'is "-1"');
  f('INVENTORY_MAX_BYTES', '0', 'is "0"; write a size');
  f('INVENTORY_MAX_BYTES', '2GB', 'is "2GB"; write a size up to 500MB');
  f('INVENTORY_MAX_BYTES', 'much', 'is "much"; write a size');
  f('INVENTORY_JMESPATH', 'a[?', 'is no JMESPath expression');
  f('INVENTORY_NEXT_JMESPATH', 'nxt(@)', 'calls nxt(), which JMESPath does not have');
  f('INVENTORY_META_FIELDS', 'a-b,a.b', 'has a-b and a.b, which would both become __meta_inventory_a_b');
  f('STALE_AFTER', 'x', 'is "x", no duration');
  f('LOG_LEVEL', 'loud', 'is "loud"; it is one of');
  f('WEB_BASIC_AUTH_FILE', 'alice:hunter2', 'must be the absolute path of a file, e.g. /run/');
  f('WEB_CLIENT_CERT_FILE', '/a.crt', 'and WEB_CLIENT_KEY_FILE are set together or not at all');
  f('INVENTORY_BEARER_TOKEN_FILE', 'hunter2', 'must be the absolute path of a file, e.g. /run/');
  f('INVENTORY_KEY_FILE', '/a', 'is of no use without INVENTORY_CERT_FILE');
  f('HTTPS_PROXY', 'user:hunter2@proxy:3128', 'is no URL of a proxy; write e.g. http://');
  f('HTTPS_PROXY', 'socks5://proxy', 'is no URL of a proxy; write e.g. http://');
  f('HTTP_PROXY', 'http://u:50%@proxy', 'has a user or password with a % that begins no escape; write %25');
  f('HTTP_PROXY', 'http://proxy/path', 'is no URL of a proxy; write e.g. http://');
});

test('settings that do not go together are named with the faulty ones', () => {
  const paths = {
    INVENTORY_BEARER_TOKEN_FILE: '/a',
    INVENTORY_BASIC_AUTH_FILE: ' ',
    INVENTORY_OAUTH2_FILE: '/c',
    METRICS_PORT: 'x',
  };
  expect(() => readConfig(paths)).toThrow(
    /^cannot start: 2 faulty settings\n {2}METRICS_PORT .*\n {2}INVENTORY_BEARER_TOKEN_FILE and INVENTORY_OAUTH2_FILE exclude each other: /,
  );
  expect(readConfig({ INVENTORY_BASIC_AUTH_FILE: '/a', INVENTORY_HEADERS_FILE: '/b' })).toBeDefined();
});

test('no text of a setting for a secret is repeated', () => {
  const secret = { INVENTORY_BEARER_TOKEN_FILE: 'hunter2', HTTPS_PROXY: 'http://u:hunter2@proxy/path' };
  expect(() => readConfig(secret)).not.toThrow('hunter2');
});

describe('proxies', () => {
  const shown = (environment: Record<string, string>) => {
    const { HTTPS_PROXY, HTTP_PROXY, NO_PROXY } = showConfig(readConfig(environment));
    return [HTTPS_PROXY, HTTP_PROXY, NO_PROXY];
  };

  test('are shown without user and password', () => {
    const proxies = {
      HTTPS_PROXY: 'http://u:hunter2@a:1',
      HTTP_PROXY: 'https://u:hunter2@b',
      NO_PROXY: 'c,d',
    };
    expect(shown(proxies)).toEqual(['http://a:1/', 'https://b/', 'c,d']);
    expect(readConfig(proxies).proxies.https).toBe('http://u:hunter2@a:1/');
  });

  test('are read in lower case too, which counts first and is no unknown setting', () => {
    const both = { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1', no_proxy: '', NO_PROXY: 'c' };
    expect(shown(both)).toEqual(['http://a:1/', '', 'c']);
    expect(warnings(both)).toEqual([]);
  });
});

test('every faulty setting is named at once, and a password among them is not', () => {
  const faulty = { INVENTORY_URL: 'http://u:hunter2@i/', METRICS_PORT: 'x', LOG_LEVEL: 'y' };
  const names =
    /^cannot start: 3 faulty settings\n {2}INVENTORY_URL .*\n {2}METRICS_PORT .*\n {2}LOG_LEVEL .*$/;
  expect(() => readConfig(faulty)).toThrow(names);
  expect(() => readConfig(faulty)).not.toThrow('hunter2');
});

describe('names that look like settings and are none', () => {
  test('get one warning, with the nearest setting', () => {
    const odd = warnings({
      INVENTORY_ULR: 'x',
      TARGETFILE: 'y',
      MAX_WHATEVER: '1',
      PATH: '/bin',
    });
    expect(odd).toEqual([
      'unknown settings are ignored: INVENTORY_ULR (did you mean INVENTORY_URL?), TARGETFILE (did you mean TARGETS_FILE?), MAX_WHATEVER',
    ]);
  });

  test('are found also where only a letter is wrong', () => {
    expect(
      warnings({ UPDATE_INTERVALL: '5', METRIC_PORT: '1', LOGLEVEL: 'x', HOME: '/', TERM: 'x' }),
    ).toEqual([
      expect.stringMatching(/UPDATE_INTERVALL .*METRIC_PORT .*LOGLEVEL \(did you mean LOG_LEVEL\?\)$/),
    ]);
  });

  test('that Kubernetes injected are told apart, with the remedy', () => {
    const odd = warnings({
      INVENTORY_SERVER_SERVICE_HOST: '10.0.0.1',
      INVENTORY_SERVER_PORT: 'tcp://10.0.0.1:1337',
    });
    expect(odd).toEqual([expect.stringContaining('set enableServiceLinks: false in the pod')]);
  });

  test('a clean environment gets none', () => {
    expect(warnings({ INVENTORY_URL: 'http://i/' })).toEqual([]);
  });
});
