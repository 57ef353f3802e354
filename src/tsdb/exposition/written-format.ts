// Which format a reader of our own exposition gets, by its Accept header.

/** How names are written that are no names of text 0.0.4. */
export type Escaping = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

export interface WrittenFormat {
  readonly name: 'text' | 'openmetrics';
  readonly escaping: Escaping;
  readonly contentType: string;
}

const ESCAPINGS: readonly string[] = ['allow-utf-8', 'underscores', 'dots', 'values'] satisfies Escaping[];
const VERSIONS: Readonly<Record<WrittenFormat['name'], readonly string[]>> = {
  text: ['0.0.4', '1.0.0'],
  openmetrics: ['1.0.0', '0.0.1'],
};
const MEDIA_TYPES: Readonly<Record<WrittenFormat['name'], string>> = {
  text: 'text/plain',
  openmetrics: 'application/openmetrics-text',
};

/**
 * What is asked for with the highest `q`, the first of equals; text 0.0.4 where nothing of it can be had.
 * @param names the formats to choose from: Prometheus answers `/federate` in text only.
 */
export function writtenFormatOf(
  accept: string | undefined,
  names: readonly WrittenFormat['name'][] = ['text', 'openmetrics'],
): WrittenFormat {
  const wishes = (accept ?? '').split(',').map(readWish);
  const best = wishes
    .filter(({ name, q }) => name !== undefined && names.includes(name) && q > 0)
    .reduce<Wish | undefined>(
      (found, wish) => (found !== undefined && found.q >= wish.q ? found : wish),
      undefined,
    );
  return formatOf(best?.name ?? 'text', best?.version, best?.escaping ?? 'underscores');
}

interface Wish {
  readonly name: WrittenFormat['name'] | undefined;
  readonly version: string | undefined;
  readonly escaping: Escaping | undefined;
  readonly q: number;
}

function readWish(text: string): Wish {
  const [mediaType = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const values = new Map(parameters.map((each) => splitOnce(each)));
  const version = values.get('version');
  const escaping = values.get('escaping') ?? '';
  const name = nameOf(mediaType);
  const isKnown = name !== undefined && (version === undefined || VERSIONS[name].includes(version));
  const q = Number(values.get('q') ?? 1);
  return {
    name: isKnown ? name : undefined,
    version,
    escaping: ESCAPINGS.includes(escaping) ? (escaping as Escaping) : undefined,
    q: q >= 0 ? q : 0,
  };
}

function splitOnce(parameter: string): [string, string] {
  const [name = '', ...value] = parameter.split('=');
  return [
    name.trim(),
    value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ];
}

function nameOf(mediaType: string): WrittenFormat['name'] | undefined {
  if (mediaType === MEDIA_TYPES.openmetrics) return 'openmetrics';
  return [MEDIA_TYPES.text, 'text/*', '*/*'].includes(mediaType) ? 'text' : undefined;
}

function formatOf(
  name: WrittenFormat['name'],
  version: string | undefined,
  escaping: Escaping,
): WrittenFormat {
  const written = version ?? VERSIONS[name][0];
  return {
    name,
    escaping,
    contentType: `${MEDIA_TYPES[name]}; version=${written}; charset=utf-8; escaping=${escaping}`,
  };
}
