// Retry-After (RFC 9110, section 10.2.3): whole seconds or a date.

/**
 * @param header as received, or undefined.
 * @param now Unix milliseconds.
 * @returns milliseconds to wait from now, or undefined when the header is absent or not understood.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse also takes bare numbers for years.
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
