// Label names that every Prometheus takes.

import { isLabelName } from '../../model/labels.ts';

/** The name as it is when it is legal, else with `_` for each character that is not, and before a leading digit. */
export function legalLabelName(name: string): string {
  return isLabelName(name) ? name : name.replace(/[^a-zA-Z0-9_]/gu, '_').replace(/^(?=\d|$)/, '_');
}
