// Where the targets of a job come from: static_configs, file_sd_configs, http_sd_configs.

import { resolve } from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import { readHttpUrl } from '../../lib/setting-values.ts';
import { type Field, fault, fields, hasNoValue, list, type Read } from '../../lib/yaml-fields.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import { accessFields, accessOf } from './http-access.ts';
import { unsupported } from './other-fields.ts';
import type { DiscoveryConfig } from './scrape-config.ts';
import { duration, labels, string } from './values.ts';

const OTHERS = [
  'aws',
  'azure',
  'consul',
  'digitalocean',
  'dns',
  'docker',
  'dockerswarm',
  'ec2',
  'ecs',
  'eureka',
  'gce',
  'hetzner',
  'ionos',
  'kubernetes',
  'kuma',
  'lightsail',
  'linode',
  'marathon',
  'msk',
  'nerve',
  'nomad',
  'openstack',
  'outscale',
  'ovhcloud',
  'puppetdb',
  'scaleway',
  'serverset',
  'stackit',
  'triton',
  'uyuni',
  'vultr',
];

/** The fields of it; relative files lie in `folder`. */
export function discoveryFields(folder: string) {
  return {
    static_configs: list(section(targetGroup)),
    file_sd_configs: list(section(fileDiscovery(folder))),
    http_sd_configs: list(section(httpDiscovery(folder))),
  } as const;
}

/** The other ways of Prometheus, each refused with its name. */
export const OTHER_DISCOVERY: Readonly<Record<string, Read<never>>> = Object.fromEntries(
  OTHERS.map((name) => [`${name}_sd_configs`, unsupported('use file_sd_configs or http_sd_configs')]),
);

function section<T>(read: Read<T>): Read<T> {
  return (field) => {
    if (hasNoValue(field)) throw fault(field, `${field.name} has an empty entry`);
    return read(field);
  };
}

const group = fields({ targets: list(address), labels });

const targetGroup: Read<TargetGroup> = (field) => {
  const { targets = [], labels: own = {} } = group(field);
  return { targets, labels: own };
};

function address(field: Field): string {
  const target = string(field);
  if (target === '') throw fault(field, 'targets has an entry without an address');
  return target;
}

const FILE_REFRESH_MS = 300_000;
const HTTP_REFRESH_MS = 60_000;

// Source: patFileSDName of Prometheus' discovery/file.
const FILE_PATTERN = /^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/;

function fileDiscovery(folder: string): Read<DiscoveryConfig> {
  const known = fields({ files: list(filePattern), refresh_interval: interval });
  return (field) => {
    const { files = [], refresh_interval: refreshMs = FILE_REFRESH_MS } = known(field);
    if (files.length === 0) throw fault(field, 'file_sd_configs names no files');
    return { kind: 'file', files: files.map((file) => resolve(folder, file)), refreshMs };
  };
}

function filePattern(field: Field): string {
  const pattern = string(field);
  if (FILE_PATTERN.test(pattern)) return pattern;
  const rule = 'it ends in .json, .yml or .yaml, and only its last part has a *';
  throw fault(field, `file ${JSON.stringify(pattern)} is not valid for file discovery; ${rule}`);
}

function httpDiscovery(folder: string): Read<DiscoveryConfig> {
  const known = fields({ url, refresh_interval: interval, ...accessFields(folder) });
  return (field) => {
    const { url: href, refresh_interval: refreshMs = HTTP_REFRESH_MS, ...access } = known(field);
    if (href === undefined) throw fault(field, 'http_sd_configs has no url');
    return { kind: 'http', url: href, refreshMs, access: accessOf(field, access) };
  };
}

function url(field: Field): string {
  try {
    readHttpUrl(string(field));
    return string(field);
  } catch (error) {
    throw fault(field, `url ${messageOf(error)}`);
  }
}

function interval(field: Field): number {
  const value = duration(field);
  if (value === 0) throw fault(field, 'refresh_interval is 0; it must be above it');
  return value;
}
