// The configuration in force as Prometheus' /api/v1/status/config shows it: every default written out, no secret.

import { stringify } from 'yaml';
import { formatDuration } from '../../lib/duration.ts';
import type { HttpAccess } from '../../lib/http-access.ts';
import type { RelabelConfig } from '../../model/relabel.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import { formatBase2Bytes } from './base2-bytes.ts';
import type { GlobalConfig } from './global.ts';
import { RULE_DEFAULTS } from './relabel-fields.ts';
import type { DiscoveryConfig, ScrapeConfig, ScrapeLimits } from './scrape-config.ts';

const SECRET = '<secret>';

export function writeConfig(global: GlobalConfig, scrapeConfigs: readonly ScrapeConfig[]): string {
  const document = {
    global: {
      scrape_interval: formatDuration(global.intervalMs),
      scrape_timeout: formatDuration(global.timeoutMs),
      external_labels: whenFilled(global.externalLabels),
      ...limits(global.limits),
    },
    scrape_configs: scrapeConfigs.map(job),
  };
  return stringify(document, { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false });
}

function job(config: ScrapeConfig) {
  return {
    job_name: config.jobName,
    honor_labels: config.honorLabels,
    honor_timestamps: config.honorTimestamps,
    params: whenFilled(config.params),
    scrape_interval: formatDuration(config.intervalMs),
    scrape_timeout: formatDuration(config.timeoutMs),
    metrics_path: config.metricsPath,
    scheme: config.scheme,
    ...limits(config.limits),
    ...access(config.access),
    relabel_configs: whenFilled(config.relabelConfigs.map(rule)),
    metric_relabel_configs: whenFilled(config.metricRelabelConfigs.map(rule)),
    ...discovery(config.discovery),
  };
}

// What is undefined is left out.
function whenFilled<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}

function limits({ samples, bodyBytes, labels, labelNameLength, labelValueLength, targets }: ScrapeLimits) {
  return {
    body_size_limit: bodyBytes > 0 ? formatBase2Bytes(bodyBytes) : undefined,
    sample_limit: samples || undefined,
    target_limit: targets || undefined,
    label_limit: labels || undefined,
    label_name_length_limit: labelNameLength || undefined,
    label_value_length_limit: labelValueLength || undefined,
  };
}

function access({ basicAuth, authorization, tls, proxyUrl, followRedirects }: HttpAccess) {
  return {
    basic_auth: basicAuth && {
      username: basicAuth.username,
      password: basicAuth.password && SECRET,
      password_file: basicAuth.passwordFile,
    },
    authorization: authorization && {
      type: authorization.type,
      credentials: authorization.credentials && SECRET,
      credentials_file: authorization.credentialsFile,
    },
    tls_config: tls && {
      ca_file: tls.caFile,
      cert_file: tls.certFile,
      key_file: tls.keyFile,
      server_name: tls.serverName,
      insecure_skip_verify: tls.insecureSkipVerify,
    },
    follow_redirects: followRedirects,
    proxy_url: proxyUrl && withoutPassword(proxyUrl),
  };
}

// As Prometheus shows it: < and > would be escaped in a URL.
function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = 'xxxxx';
  return url.href;
}

function rule(config: RelabelConfig) {
  const { action, sourceLabels, separator, regex, modulus, targetLabel, replacement } = config;
  // Some actions take no regex, not even the default.
  const isDefault = regex.source === RULE_DEFAULTS.regex.source;
  return {
    source_labels: whenFilled(sourceLabels),
    separator,
    regex: isDefault ? undefined : regex.source,
    modulus: modulus || undefined,
    target_label: targetLabel || undefined,
    replacement,
    action,
  };
}

function discovery(configs: readonly DiscoveryConfig[]) {
  const of = <Kind extends DiscoveryConfig['kind']>(kind: Kind) =>
    configs.filter((config): config is Extract<DiscoveryConfig, { kind: Kind }> => config.kind === kind);
  return {
    static_configs: whenFilled(of('static').flatMap(({ groups }) => groups.map(group))),
    file_sd_configs: whenFilled(
      of('file').map(({ files, refreshMs }) => ({ files, refresh_interval: formatDuration(refreshMs) })),
    ),
    http_sd_configs: whenFilled(
      of('http').map(({ url, refreshMs, access: own }) => ({
        ...access(own),
        refresh_interval: formatDuration(refreshMs),
        url,
      })),
    ),
  };
}

function group({ targets, labels }: TargetGroup) {
  return { targets, labels: whenFilled(labels) };
}
