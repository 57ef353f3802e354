// Count, sum, smallest, largest and last of samples, as SQL that agrees with what `../buckets.ts` computes here.

/**
 * `sum()` of PostgreSQL loses digits, and an overflow ends the statement. So each value is split in two halves whose
 * sums are exact as long as the values are of one magnitude; where a value could make a sum overflow there is no sum
 * (NULL), and the samples are read instead.
 */
function sumOf(value: string): string {
  const isSplit = `abs(${value}) BETWEEN 1e-37 AND 1e38`;
  const high = `CASE WHEN ${isSplit} THEN ${value}::float4::float8 ELSE ${value} END`;
  const low = `CASE WHEN ${isSplit} THEN ${value} - ${value}::float4::float8 ELSE 0 END`;
  // NaN is larger than Infinity here.
  const isHuge = `(abs(${value}) > 1e290 AND abs(${value}) < 'Infinity')`;
  return `CASE WHEN bool_or(${value} IS NULL OR ${isHuge}) THEN NULL
    ELSE sum(${high}) FILTER (WHERE NOT ${isHuge}) + sum(${low}) END`;
}

/** A NaN gives way to any number; `min` has it so already. */
function largestOf(value: string): string {
  return `coalesce(max(${value}) FILTER (WHERE ${value} <> 'NaN'), 'NaN')`;
}

/** Columns count, sum, min, max, last ({ms, value}) of samples that are no stale markers. */
export const OF_SAMPLES = `count(*)::float8 AS count, ${sumOf('value')} AS sum, min(value) AS min,
  ${largestOf('value')} AS max, max(ARRAY[ms::float8, value]) AS last`;

/** The same of hours that are rolled up. */
export const OF_ROLLUPS = `sum(count) AS count, ${sumOf('sum')} AS sum, min(min) AS min,
  ${largestOf('max')} AS max, max(ARRAY[last_ms::float8, last]) AS last`;
