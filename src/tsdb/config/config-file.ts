// prometheus.yml → values. A faulty file is refused whole, with the line of its first fault.

import { constants, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError, codeOf, messageOf } from '../../lib/errors.ts';
import { fileReason } from '../../lib/file-reasons.ts';
import { fault, fields, list, readYaml } from '../../lib/yaml-fields.ts';
import { formatBase2Bytes } from './base2-bytes.ts';
import { writeConfig } from './config-text.ts';
import { DEFAULT_GLOBAL, type GlobalConfig, globalSection } from './global.ts';
import { ignored, unsupported, type Warn } from './other-fields.ts';
import type { ScrapeConfig } from './scrape-config.ts';
import { type Job, scrapeJob } from './scrape-fields.ts';

export interface ConfigFile {
  readonly global: GlobalConfig;
  readonly scrapeConfigs: readonly ScrapeConfig[];
  /** Each begins with its line. */
  readonly warnings: readonly string[];
  /** What is in force, as YAML that Prometheus takes too, with <secret> where one stands. */
  readonly text: string;
}

const MAX_BYTES = 16 * 2 ** 20;

/** Reads the file and nothing that it names. @throws AppError `config` that names file, line and fault, never a secret. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  try {
    return parseConfig(await readBounded(path), dirname(resolve(path)));
  } catch (cause) {
    throw new AppError('config', `cannot use configuration ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is no text in UTF-8';
  return fileReason(error) ?? messageOf(error);
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is no regular file');
    if (found.size > MAX_BYTES) throw new Error(`it is larger than ${formatBase2Bytes(MAX_BYTES)}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
  } finally {
    await file.close();
  }
}

/** @param folder that of the file: relative paths in it start there. @throws Error that begins with a line. */
export function parseConfig(source: string, folder: string): ConfigFile {
  const warnings: string[] = [];
  const read = readYaml(
    source,
    topLevel(folder, (warning) => warnings.push(warning)),
  );
  const global = read.global ?? DEFAULT_GLOBAL;
  const jobs = read.scrape_configs ?? [];
  checkNames(jobs);
  const scrapeConfigs = jobs.map((job) => job.complete(global));
  return { global, scrapeConfigs, warnings, text: writeConfig(global, scrapeConfigs) };
}

function topLevel(folder: string, warn: Warn) {
  return fields({
    global: globalSection(warn),
    scrape_configs: list(scrapeJob(folder)),
    scrape_config_files: unsupported('write the jobs into scrape_configs'),
    rule_files: ignored(warn, 'rules are not evaluated'),
    alerting: ignored(warn, 'no alerts are sent'),
    remote_write: ignored(warn, 'samples are not sent on'),
    remote_read: ignored(warn, 'queries see what is stored here'),
    storage: ignored(warn, 'the store is set by flags'),
    tracing: ignored(warn, 'there are no traces'),
    otlp: ignored(warn, 'OTLP is not received'),
    runtime: ignored(warn, 'it tunes the runtime of Go'),
  });
}

function checkNames(jobs: readonly Job[]): void {
  const lines = new Map<string, number>();
  for (const { name, field } of jobs) {
    const first = lines.get(name);
    if (first !== undefined)
      throw fault(field, `job ${JSON.stringify(name)} is there already, in line ${first}`);
    lines.set(name, field.line);
  }
}
