// Which series are shown: all, only some, or all but some; told by their ids, whichever are fewer.

export interface SeriesChoice {
  readonly kind: 'all' | 'only' | 'not';
  readonly ids: ReadonlySet<string>;
}

export const ALL_SERIES: SeriesChoice = { kind: 'all', ids: new Set() };

export function isShown({ kind, ids }: SeriesChoice, id: string): boolean {
  return kind === 'all' || (kind === 'only') === ids.has(id);
}

/** The choice as it holds for these: all of them where it would show none, for it is of another query's series. */
export function choiceAmong(choice: SeriesChoice, all: readonly string[]): SeriesChoice {
  return all.some((id) => isShown(choice, id)) ? choice : ALL_SERIES;
}

/** Only this one; all again when it already is the only one. */
export function chooseOnly(choice: SeriesChoice, id: string, all: readonly string[]): SeriesChoice {
  const shown = all.filter((other) => isShown(choice, other));
  return shown.length === 1 && shown[0] === id ? ALL_SERIES : { kind: 'only', ids: new Set([id]) };
}

/** This one away when it is shown, added when it is not. The last one that goes brings all back. */
export function toggleSeries(choice: SeriesChoice, id: string, all: readonly string[]): SeriesChoice {
  const shown = all.filter((other) => isShown(choice, other) !== (other === id));
  const away = all.filter((other) => !shown.includes(other));
  if (shown.length === 0 || away.length === 0) return ALL_SERIES;
  return shown.length < away.length
    ? { kind: 'only', ids: new Set(shown) }
    : { kind: 'not', ids: new Set(away) };
}
