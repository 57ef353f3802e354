// The entries of a whole answer → the sensors they name, and an account of every one that names none.

import type { Labels } from '../../model/labels.ts';
import { createTally, KEPT_ENTRIES, type Remainder, type Tally } from './account.ts';
import { parseAddress, parsePort } from './address.ts';
import { readEntryLabels } from './entry-labels.ts';
import { fieldsOf, kindOf } from './excerpt.ts';
import { type Fields, HOST_FIELDS, hostFieldOf, isDisabled, isSet, withLowerCaseNames } from './fields.ts';
import { createLabelSets, type LabelSets } from './label-sets.ts';
import type { Mapping } from './mapping.ts';
import type { Sensor } from './sensor.ts';
import { EntryFault } from './set-aside.ts';
import { parseTargetUrl } from './target-url.ts';

export interface Reading extends Remainder {
  /** In the order of the answer, equal ones as often as it lists them. */
  readonly sensors: readonly Sensor[];
}

/** What all entries of one answer are read with and into. */
interface Pass {
  readonly sensors: Sensor[];
  readonly tally: Tally;
  readonly metaFields: Mapping['metaFields'];
  readonly labelSets: LabelSets;
  readonly unlabelled: Labels;
}

/**
 * Reads texts (`sensor_0`, `host:9100`, `http://host:9100/path`), objects (`{"name": …, "port": …, "labels": {…}}`) and
 * groups of http_sd (`{"targets": […], "labels": {…}}`). A bad entry, or a bad target of a group, is set aside.
 * @param kept how many of those are kept in words.
 */
export function readSensors(
  entries: readonly unknown[],
  { metaFields }: Mapping,
  kept = KEPT_ENTRIES,
): Reading {
  const labelSets = createLabelSets();
  const unlabelled = labelSets(new Map());
  const pass: Pass = { sensors: [], tally: createTally(kept), metaFields, labelSets, unlabelled };
  entries.forEach((entry, index) => {
    try {
      readEntry(pass, entry, index);
    } catch (fault) {
      if (!(fault instanceof EntryFault)) throw fault;
      pass.tally.setAside(index, undefined, fault, targetsOf(entry)?.length);
    }
  });
  return { sensors: pass.sensors, ...pass.tally.close() };
}

function readEntry(pass: Pass, entry: unknown, index: number): void {
  if (typeof entry === 'string') {
    addTarget(pass, entry, undefined, pass.unlabelled);
    return;
  }
  if (!isObject(entry)) throw new EntryFault('no_sensor', `it is ${kindOf(entry)}`);
  const targets = targetsOf(entry);
  const fields =
    targets === undefined && hostFieldOf(entry) === undefined ? withLowerCaseNames(entry) : entry;
  if (isDisabled(fields.enabled)) pass.tally.disable(targets?.length ?? 1);
  else if (targets === undefined) readObject(pass, fields, entry, index);
  else readGroup(pass, fields, targets, index);
}

function readGroup(pass: Pass, group: Fields, targets: readonly unknown[], index: number): void {
  // Nothing is lost with it, whatever is wrong with its labels.
  if (targets.length === 0) return;
  const labels = labelsOf(pass, group, index);
  targets.forEach((target, position) => {
    try {
      if (typeof target !== 'string') throw new EntryFault('no_sensor', `it is ${kindOf(target)}`);
      addTarget(pass, target, undefined, labels);
    } catch (fault) {
      if (!(fault instanceof EntryFault)) throw fault;
      pass.tally.setAside(index, position, fault);
    }
  });
}

function readObject(pass: Pass, fields: Fields, entry: Fields, index: number): void {
  const host = hostFieldOf(fields);
  if (host === undefined) {
    throw new EntryFault('no_host', `it has no text in ${HOST_FIELDS.join(', ')}; it has ${fieldsOf(entry)}`);
  }
  const port = isSet(fields.port) ? parsePort(fields.port, host) : undefined;
  addTarget(pass, host, port, labelsOf(pass, fields, index));
}

function labelsOf({ tally, metaFields, labelSets }: Pass, fields: Fields, index: number): Labels {
  return labelSets(readEntryLabels(fields, metaFields, (message) => tally.note(index, message)));
}

function addTarget(pass: Pass, text: string, port: number | undefined, labels: Labels): void {
  const target = text.includes('://') ? parseTargetUrl(text) : { ...parseAddress(text), labels: undefined };
  const own = target.labels && pass.labelSets(new Map(Object.entries({ ...target.labels, ...labels })));
  pass.sensors.push({ host: target.host, port: port ?? target.port, labels: own ?? labels });
}

function targetsOf(entry: unknown): readonly unknown[] | undefined {
  return isObject(entry) && Array.isArray(entry.targets) ? entry.targets : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
