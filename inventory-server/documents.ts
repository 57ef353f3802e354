// What can be had of a revision: a form or a page of it, a wrong list, and the true list of the admin API.

import { type Form, renderForm } from './forms.ts';
import type { Revision } from './list.ts';
import { nextLink, type Page, slicePage } from './pages.ts';
import { describeSensor, type Endpoint } from './sensor.ts';

/** Bytes that follow from one revision. Equal revision and key mean equal bytes. */
export interface Document {
  readonly revision: number;
  readonly key: string;
  /** Put before the ETag of documents that are not the true list. */
  readonly variant?: string;
  readonly link?: string | undefined;
  readonly lastModifiedMs?: number | undefined;
  render(): Buffer;
}

export interface FormRequest {
  readonly form: Form;
  readonly path: string;
  readonly page: Page | undefined;
}

/** The right answer. Its Last-Modified is left out while it lies in the future, as RFC 9110 asks. */
export function formDocument(
  wanted: FormRequest,
  revision: Revision,
  endpoint: Endpoint,
  nowMs: number,
): Document {
  return {
    revision: revision.number,
    key: keyOf(wanted),
    link: nextLink(wanted.path, wanted.page, revision.names.length),
    lastModifiedMs: revision.changedAtMs <= nowMs ? revision.changedAtMs : undefined,
    render: () => renderForm(wanted.form, slicePage(revision.names, wanted.page), endpoint),
  };
}

/** Lists of other names than the true ones. */
const WRONG_LISTS = {
  quarter: (names: readonly string[]) => names.filter((_, i) => i % 4 !== 3),
  half: (names: readonly string[]) => names.filter((_, i) => i % 2 === 0),
  renamed: (names: readonly string[]) => names.map((name) => `renamed_${name}`),
  accented: (names: readonly string[]) => names.map((name) => `\u00f6${name}`),
};
export type WrongList = keyof typeof WRONG_LISTS;

/** A valid answer with a wrong list. It has its own ETag and no Last-Modified. */
export function wrongDocument(
  wrong: WrongList,
  wanted: FormRequest,
  revision: Revision,
  endpoint: Endpoint,
): Document {
  const names = WRONG_LISTS[wrong](revision.names);
  return {
    revision: revision.number,
    key: `${wrong} ${keyOf(wanted)}`,
    variant: `${wrong}-`,
    link: nextLink(wanted.path, wanted.page, names.length),
    render: () => renderForm(wanted.form, slicePage(names, wanted.page), endpoint),
  };
}

/** The true list, as `GET /sensors` of the admin API gives it. */
export function sensorsDocument(revision: Revision, endpoint: Endpoint): Document {
  const sensors = () => revision.names.map((name) => describeSensor(name, endpoint));
  return {
    revision: revision.number,
    key: 'sensors',
    render: () => Buffer.from(`${JSON.stringify({ revision: revision.number, sensors: sensors() })}\n`),
  };
}

function keyOf({ form, page }: FormRequest): string {
  return page === undefined ? form : `${form} page ${page.number} of ${page.size}`;
}
