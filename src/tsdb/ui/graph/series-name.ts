// Series in words: as PromQL writes them, by what tells them apart, and by a short id for the address.

export type Labels = Readonly<Record<string, string>>;

const NAME = '__name__';
const PLAIN = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const PLAIN_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A text in double quotes, escaped as PromQL's strings are. */
export function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** The value of a label, empty where there is none; a label may be called as what every object has. */
export function labelOf(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] as string) : '';
}

/** A label's name, in quotes when it is not a plain word. */
export function labelName(name: string): string {
  return PLAIN.test(name) ? name : quote(name);
}

/** `up{instance="a:9100",job="sensors"}`, a selector that finds this series. */
export function seriesName(labels: Labels): string {
  const { [NAME]: metric = '', ...rest } = labels;
  const isPlain = PLAIN_METRIC.test(metric);
  const pairs = Object.entries(rest).sort(byName);
  const inside = [
    ...(metric === '' || isPlain ? [] : [quote(metric)]),
    ...pairs.map(([name, value]) => `${labelName(name)}=${quote(value)}`),
  ];
  const braces = inside.length > 0 || metric === '' ? `{${inside.join(', ')}}` : '';
  return `${isPlain ? metric : ''}${braces}`;
}

export interface ApartLabels {
  /** What all of them have. */
  readonly common: Labels;
  /** What each has besides, in the same order. */
  readonly own: readonly Labels[];
}

/** Takes out what all series have in common. A single series keeps everything. */
export function tellApart(all: readonly Labels[]): ApartLabels {
  const [first = {}, ...others] = all;
  if (others.length === 0) return { common: {}, own: all };
  const isCommon = ([name, value]: [string, string]) => others.every((labels) => labels[name] === value);
  const common = Object.fromEntries(Object.entries(first).filter(isCommon));
  const own = all.map((labels) =>
    Object.fromEntries(Object.entries(labels).filter(([name]) => !Object.hasOwn(common, name))),
  );
  return { common, own };
}

/** The same for the same query and labels everywhere: 64 bits of FNV-1a in base 36. */
export function seriesId(query: string, labels: Labels): string {
  const text = JSON.stringify([query, ...Object.entries(labels).sort(byName)]);
  return hash(text, 0x811c9dc5) + hash(text, 0x01234567);
}

function hash(text: string, seed: number): string {
  let sum = seed;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return (sum >>> 0).toString(36);
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : Number(a > b);
}
