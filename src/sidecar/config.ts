// The sidecar's settings.

import { formatByteSize } from '../lib/byte-size.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Proxies } from '../lib/http-proxy.ts';
import { hostPort, type ListenAddress } from '../lib/listen-address.ts';
import type { LogLevel } from '../lib/log.ts';
import { publicUrl } from '../lib/public-url.ts';
import {
  durationBetween,
  integerBetween,
  readAbsolutePath,
  readFileName,
  readHttpUrl,
  readListenAddress,
  readLogLevel,
  readProxyUrl,
  readSecretPath,
} from '../lib/setting-values.ts';
import { type Environment, readSettings } from '../lib/settings.ts';
import type { Labels } from '../model/labels.ts';
import {
  CREDENTIAL_SETTINGS,
  type CredentialFiles,
  type CredentialSetting,
  conflictsOf,
} from './inventory/credential-files.ts';
import {
  readAnswerSize,
  readBoolean,
  readExpression,
  readFieldNames,
  readLabels,
  readMaxShrink,
  readMaxTargets,
  readTargetsFile,
} from './setting-values.ts';
import { formatMaxShrink, type Limits } from './targets/limits.ts';
import { unknownSettings } from './unknown-settings.ts';

export interface Config {
  readonly inventoryUrl: string;
  readonly updateIntervalMs: number;
  readonly targetsFile: string;
  readonly metricsPort: number;
  readonly metricsPath: string;
  readonly targetLabels: Labels;
  readonly listenAddress: ListenAddress;
  readonly inventoryTimeoutMs: number;
  readonly inventoryRetries: number;
  readonly inventoryMaxBytes: number;
  readonly staleAfterMs: number;
  readonly inventoryJmespath: string;
  readonly inventoryNextJmespath: string;
  readonly inventoryMetaFields: readonly string[];
  readonly logLevel: LogLevel;
  readonly limits: Limits;
  /** TLS and users of the own server. */
  readonly webConfigFile: string | undefined;
  /** By what the commands on this machine ask it. */
  readonly webClient: WebClient;
  readonly credentialFiles: CredentialFiles;
  readonly proxies: Proxies;
}

export interface WebClient {
  readonly basicAuthFile: string | undefined;
  /** Set together or not at all. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

const HOUR = 3_600_000;

const SETTINGS = {
  INVENTORY_URL: { default: 'http://inventory-server:1337/inventory', read: readHttpUrl },
  UPDATE_INTERVAL: { default: '30', read: durationBetween(50, 24 * HOUR) },
  TARGETS_FILE: { default: '/shared/targets.json', read: readTargetsFile },
  METRICS_PORT: { default: '9100', read: integerBetween(1, 65_535) },
  METRICS_PATH: { default: '/metrics', read: readAbsolutePath },
  TARGET_LABELS: { default: '', read: readLabels },
  LISTEN_ADDRESS: { default: ':9098', read: readListenAddress },
  INVENTORY_TIMEOUT: { default: '30s', read: durationBetween(10, HOUR) },
  INVENTORY_RETRIES: { default: '3', read: integerBetween(0, 20) },
  INVENTORY_MAX_BYTES: { default: '256MB', read: readAnswerSize },
  STALE_AFTER: {
    default: '',
    read: (text: string) => (text === '' ? undefined : durationBetween(1, 30 * 24 * HOUR)(text)),
  },
  INVENTORY_JMESPATH: { default: '', read: readExpression },
  INVENTORY_NEXT_JMESPATH: { default: '', read: readExpression },
  INVENTORY_META_FIELDS: { default: '', read: readFieldNames },
  LOG_LEVEL: { default: 'info', read: readLogLevel },
  ALLOW_EMPTY: { default: 'false', read: readBoolean },
  MAX_SHRINK: { default: '20%', read: readMaxShrink },
  SHRINK_WINDOW: { default: '1h', read: durationBetween(1000, 30 * 24 * HOUR) },
  SHRINK_CONFIRM_AFTER: { default: '1h', read: durationBetween(0, 30 * 24 * HOUR) },
  REMOVAL_GRACE: { default: '0', read: durationBetween(0, 30 * 24 * HOUR) },
  MAX_TARGETS: { default: '', read: readMaxTargets },
  WEB_CONFIG_FILE: { default: '', read: readFileName },
  WEB_BASIC_AUTH_FILE: { default: '', read: readSecretPath },
  WEB_CLIENT_CERT_FILE: { default: '', read: readSecretPath },
  WEB_CLIENT_KEY_FILE: { default: '', read: readSecretPath },
  INVENTORY_BEARER_TOKEN_FILE: { default: '', read: readSecretPath },
  INVENTORY_BASIC_AUTH_FILE: { default: '', read: readSecretPath },
  INVENTORY_HEADERS_FILE: { default: '', read: readSecretPath },
  INVENTORY_OAUTH2_FILE: { default: '', read: readSecretPath },
  INVENTORY_CA_FILE: { default: '', read: readSecretPath },
  INVENTORY_CERT_FILE: { default: '', read: readSecretPath },
  INVENTORY_KEY_FILE: { default: '', read: readSecretPath },
  HTTPS_PROXY: { default: '', read: readProxyUrl },
  HTTP_PROXY: { default: '', read: readProxyUrl },
  NO_PROXY: { default: '', read: (text: string) => text },
} as const;

type Name = keyof typeof SETTINGS;

/** @throws AppError `settings` that names every faulty one. */
export function readConfig(environment: Environment): Config {
  const values = readSettings(SETTINGS, withLowerCase(environment), (isSet) => [
    ...conflictsOf(isSet),
    ...halfPair(isSet),
  ]);
  return Object.freeze({
    inventoryUrl: values.INVENTORY_URL,
    updateIntervalMs: values.UPDATE_INTERVAL,
    targetsFile: values.TARGETS_FILE,
    metricsPort: values.METRICS_PORT,
    metricsPath: values.METRICS_PATH,
    targetLabels: values.TARGET_LABELS,
    listenAddress: values.LISTEN_ADDRESS,
    inventoryTimeoutMs: values.INVENTORY_TIMEOUT,
    inventoryRetries: values.INVENTORY_RETRIES,
    inventoryMaxBytes: values.INVENTORY_MAX_BYTES,
    staleAfterMs: values.STALE_AFTER ?? Math.max(3 * values.UPDATE_INTERVAL, 120_000),
    inventoryJmespath: values.INVENTORY_JMESPATH,
    inventoryNextJmespath: values.INVENTORY_NEXT_JMESPATH,
    inventoryMetaFields: values.INVENTORY_META_FIELDS,
    logLevel: values.LOG_LEVEL,
    limits: Object.freeze({
      allowEmpty: values.ALLOW_EMPTY,
      maxShrink: values.MAX_SHRINK,
      windowMs: values.SHRINK_WINDOW,
      confirmAfterMs: values.SHRINK_CONFIRM_AFTER,
      graceMs: values.REMOVAL_GRACE,
      maxTargets: values.MAX_TARGETS,
      intervalMs: values.UPDATE_INTERVAL,
    }),
    webConfigFile: values.WEB_CONFIG_FILE,
    webClient: {
      basicAuthFile: values.WEB_BASIC_AUTH_FILE,
      certFile: values.WEB_CLIENT_CERT_FILE,
      keyFile: values.WEB_CLIENT_KEY_FILE,
    },
    credentialFiles: Object.freeze(
      Object.fromEntries(CREDENTIAL_SETTINGS.map((name) => [name, values[name]])) as CredentialFiles,
    ),
    proxies: Object.freeze({ https: values.HTTPS_PROXY, http: values.HTTP_PROXY, none: values.NO_PROXY }),
  });
}

function halfPair(isSet: (name: Name) => boolean): string[] {
  return isSet('WEB_CLIENT_CERT_FILE') === isSet('WEB_CLIENT_KEY_FILE')
    ? []
    : ['WEB_CLIENT_CERT_FILE and WEB_CLIENT_KEY_FILE are set together or not at all'];
}

const PROXY_SETTINGS = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

// Of these the name in lower case is the older one, and counts first.
function withLowerCase(environment: Environment): Environment {
  const lower = PROXY_SETTINGS.map((name) => [name, environment[name.toLowerCase()] || environment[name]]);
  return { ...environment, ...Object.fromEntries(lower) };
}

/** Sentences about names in the environment that look like settings and are none. */
export function oddNames(environment: Environment): string[] {
  const lower = PROXY_SETTINGS.map((name) => name.toLowerCase());
  return unknownSettings(environment, [...Object.keys(SETTINGS), ...lower]);
}

/** One sentence for each thing in the environment that is odd but does no harm. */
export function oddities(environment: Environment, config: Config): string[] {
  const isShort = config.staleAfterMs < config.updateIntervalMs;
  return [
    ...oddNames(environment),
    ...(isShort
      ? ['STALE_AFTER is shorter than UPDATE_INTERVAL: the list counts as stale before each poll']
      : []),
  ];
}

/** The effective settings under their own names, for the log: no query strings, which may hold secrets. */
export function showConfig(config: Config): Record<Name, string | number | boolean> {
  return {
    INVENTORY_URL: publicUrl(config.inventoryUrl),
    UPDATE_INTERVAL: formatDuration(config.updateIntervalMs),
    TARGETS_FILE: config.targetsFile,
    METRICS_PORT: config.metricsPort,
    METRICS_PATH: config.metricsPath,
    TARGET_LABELS: Object.entries(config.targetLabels)
      .map((pair) => pair.join('='))
      .join(','),
    LISTEN_ADDRESS: hostPort(config.listenAddress.host, config.listenAddress.port),
    INVENTORY_TIMEOUT: formatDuration(config.inventoryTimeoutMs),
    INVENTORY_RETRIES: config.inventoryRetries,
    INVENTORY_MAX_BYTES: formatByteSize(config.inventoryMaxBytes),
    STALE_AFTER: formatDuration(config.staleAfterMs),
    INVENTORY_JMESPATH: config.inventoryJmespath,
    INVENTORY_NEXT_JMESPATH: config.inventoryNextJmespath,
    INVENTORY_META_FIELDS: config.inventoryMetaFields.join(','),
    LOG_LEVEL: config.logLevel,
    ...showLimits(config.limits),
    WEB_CONFIG_FILE: config.webConfigFile ?? '',
    WEB_BASIC_AUTH_FILE: config.webClient.basicAuthFile ?? '',
    WEB_CLIENT_CERT_FILE: config.webClient.certFile ?? '',
    WEB_CLIENT_KEY_FILE: config.webClient.keyFile ?? '',
    ...showCredentialFiles(config.credentialFiles),
    ...showProxies(config.proxies),
  };
}

function showLimits(limits: Limits) {
  return {
    ALLOW_EMPTY: limits.allowEmpty,
    MAX_SHRINK: formatMaxShrink(limits.maxShrink),
    SHRINK_WINDOW: formatDuration(limits.windowMs),
    SHRINK_CONFIRM_AFTER: formatDuration(limits.confirmAfterMs),
    REMOVAL_GRACE: formatDuration(limits.graceMs),
    MAX_TARGETS: Number.isFinite(limits.maxTargets) ? limits.maxTargets : '',
  };
}

function showCredentialFiles(files: CredentialFiles): Record<CredentialSetting, string> {
  const shown = CREDENTIAL_SETTINGS.map((name) => [name, files[name] ?? '']);
  return Object.fromEntries(shown) as Record<CredentialSetting, string>;
}

// A proxy's URL may hold a user and password.
function showProxies({ https, http, none }: Proxies) {
  const shown = (url: string | undefined) => (url === undefined ? '' : publicUrl(url));
  return { HTTPS_PROXY: shown(https), HTTP_PROXY: shown(http), NO_PROXY: none };
}
