// A double as Go writes it with %g and the fewest digits, which is how the field writes `le`, `quantile` and values.

/** `1e+06`, `0.5`, `100000`, `+Inf`, `NaN`; reads back as the same double. */
export function formatGoFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (Number.isNaN(value) || (power >= -4 && power < 6)) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** As OpenMetrics writes floats: with `.0` where neither point nor exponent would stand. */
export function formatOpenMetricsFloat(value: number): string {
  const text = formatGoFloat(value === 0 ? 0 : value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
