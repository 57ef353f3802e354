// Which content encoding a client wants. RFC 9110, section 12.5.3.

export type Encoding = 'identity' | 'gzip';

/** gzip when the client accepts it and does not prefer the plain bytes. */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding {
  const weights = new Map((acceptEncoding ?? '').split(',').map(weigh));
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0;
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0) ? 'gzip' : 'identity';
}

/** `gzip;q=0.5` → ['gzip', 0.5]; a weight that is none counts as 0. */
function weigh(item: string): [string, number] {
  const [coding = '', ...parameters] = item.toLowerCase().split(';');
  const weight = parameters
    .map((parameter) => /^\s*q\s*=\s*(.*?)\s*$/.exec(parameter)?.[1])
    .find((q) => q !== undefined);
  if (weight === undefined) return [coding.trim(), 1];
  return [coding.trim(), /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0];
}
