// Variables that look like settings of ours and are none: mistyped, or injected by Kubernetes.

import { nearestName } from '../lib/nearest-name.ts';
import { type Environment, isInjected } from '../lib/settings.ts';

const OURS = /^(INVENTORY_|TARGET|MAX_|SHRINK_)/;
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/;

/** Sentences about variables that look like settings of ours and are none. */
export function unknownSettings(environment: Environment, known: readonly string[]): string[] {
  const isNear = (name: string) => OURS.test(name) || nearestName(name, known) !== undefined;
  const unknown = Object.keys(environment).filter((name) => !known.includes(name) && isNear(name));
  const links = unknown.filter((name) => SERVICE_LINK.test(name) || isInjected(environment[name]));
  const typos = unknown.filter((name) => !links.includes(name)).map((name) => suggest(name, known));
  return [
    ...(typos.length > 0 ? [`unknown settings are ignored: ${typos.join(', ')}`] : []),
    ...(links.length > 0
      ? [
          `Kubernetes injects Services as variables (${links[0]}, …): set enableServiceLinks: false in the pod`,
        ]
      : []),
  ];
}

function suggest(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? name : `${name} (did you mean ${near}?)`;
}
