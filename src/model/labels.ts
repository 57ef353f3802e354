// Labels: names and values, compared by content.

export type Labels = Readonly<Record<string, string>>;

/** The names every Prometheus takes: 2.x refuses a whole file over any other (3.x takes all of UTF-8). */
export function isLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

/** The same labels with their names in code-unit order. */
export function sortLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A text that is equal for equal label sets and only for them. */
export function labelsKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
