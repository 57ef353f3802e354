// Which format an answer is in, by its Content-Type, as Prometheus 3 judges it; and what a scrape asks for.

import { fault } from './fault.ts';

export type Format = 'text' | 'openmetrics';

/** The Accept header of a scrape: what can be read, the richest first. Never the protobuf format. */
export const ACCEPT =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
  'application/openmetrics-text;version=0.0.1;q=0.5,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['text/plain', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
]);
const PROTOBUF = 'application/vnd.google.protobuf';

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}(?:/${TOKEN})?$`);
const PARAMETER = new RegExp(`^\\s*;\\s*(${TOKEN})\\s*=\\s*(${TOKEN}|"(?:[^"\\\\\\r\\n]|\\\\[^\\r\\n])*")`);

/**
 * Version, charset and `escaping` are not looked at, as in Prometheus: a name that the target has escaped stays escaped.
 * @param fallback of targets that name no or another type (`fallback_scrape_protocol`).
 * @throws AppError `exposition` for a type that is blank, broken, unknown, or protobuf, which was not asked for.
 */
export function formatOf(contentType: string, fallback?: Format): Format {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === PROTOBUF)
    throw fault('the target answers in the protobuf format, which was not asked for and is not supported');
  const format = FORMATS.get(mediaType ?? '') ?? fallback;
  if (format !== undefined) return format;
  if (contentType === '')
    throw fault('the target sends no Content-Type, and no fallback_scrape_protocol is set');
  const why = mediaType === undefined ? 'cannot be parsed' : 'is not supported';
  throw fault(`the Content-Type ${shown(contentType)} ${why}, and no fallback_scrape_protocol is set`);
}

/** In lower case; undefined where Go's mime.ParseMediaType finds a fault. */
function mediaTypeOf(contentType: string): string | undefined {
  const end = contentType.indexOf(';');
  const mediaType = (end === -1 ? contentType : contentType.slice(0, end)).trim();
  const parameters = end === -1 ? '' : contentType.slice(end);
  return MEDIA_TYPE.test(mediaType) && areParameters(parameters) ? mediaType.toLowerCase() : undefined;
}

// A name may come twice with the same value, and a last semicolon may stand alone.
function areParameters(text: string): boolean {
  const seen = new Map<string, string>();
  let rest = text;
  while (rest.trim() !== '' && rest.trim() !== ';') {
    const [whole, name = '', value = ''] = PARAMETER.exec(rest) ?? [];
    if (whole === undefined) return false;
    if ((seen.get(name.toLowerCase()) ?? value) !== value) return false;
    seen.set(name.toLowerCase(), value);
    rest = rest.slice(whole.length);
  }
  return true;
}

function shown(contentType: string): string {
  return JSON.stringify(contentType.slice(0, 100));
}
