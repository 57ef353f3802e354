// A target as a row of the table: texts and numbers only, so that ten thousand go from one thread to another at once.

export const TARGET_STATES = ['down', 'unknown', 'up', 'dropped'] as const;
export type TargetState = (typeof TARGET_STATES)[number];

export interface TargetRow {
  /** Of no other target: its job and URL, and a number where others have the same. */
  readonly key: string;
  readonly state: TargetState;
  readonly job: string;
  /** Of a dropped target its address before relabelling. */
  readonly url: string;
  /** `name="value"` each, without the job. */
  readonly labels: string;
  readonly error: string;
  /** Unix milliseconds; 0 before the first scrape. */
  readonly lastScrape: number;
  /** Of the last scrape, seconds. */
  readonly duration: number;
  /** Of the last scrape; -1 when the server does not tell. */
  readonly samples: number;
  readonly interval: string;
  readonly timeout: string;
  /** JSON of LabelSets: read only when somebody asks. */
  readonly labelSets: string;
  /** What a filter looks in, in small letters. */
  readonly searched: string;
  /** Puts `sensor_2` before `sensor_10`. */
  readonly order: string;
}

export interface LabelSets {
  readonly after: Readonly<Record<string, string>>;
  readonly before: Readonly<Record<string, string>>;
}

export interface Reading {
  /** The troubled ones first, then by URL. */
  readonly rows: readonly TargetRow[];
  /** By job, all jobs: the list of dropped targets has an end. */
  readonly droppedCounts: Readonly<Record<string, number>>;
}

export function labelSetsOf({ labelSets }: TargetRow): LabelSets {
  return JSON.parse(labelSets) as LabelSets;
}
