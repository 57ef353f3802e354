// The objects of one list in a large JSON text that comes in pieces: neither the text nor the list is ever in memory.

/** Takes the text piece by piece. */
export interface JsonListReader {
  /** @throws Error when an element is no object, too large, or no JSON. */
  write(piece: Buffer): void;
  /** Whether the list has come, and ended. */
  isWhole(): boolean;
  /** What followed the list, up to a mebibyte. */
  rest(): string;
}

// Also the bound on what follows the list.
const MAX_ELEMENT_BYTES = 2 ** 20;

/**
 * Reads the first list under this key, wherever that stands.
 * @param onElement told each object of the list.
 */
export function readJsonList(key: string, onElement: (element: unknown) => void): JsonListReader {
  let place: 'before' | 'inside' | 'behind' = 'before';
  let rest: Buffer = Buffer.alloc(0);

  function write(piece: Buffer): void {
    if (place === 'behind' && rest.length > MAX_ELEMENT_BYTES) return;
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    if (place === 'before') findList();
    if (place === 'inside') readElements();
  }

  function findList(): void {
    const begin = beginOfList(rest, key);
    if (begin !== undefined) place = 'inside';
    // The key and what stands between it and the list may come in two pieces.
    rest = rest.subarray(begin ?? Math.max(0, rest.length - key.length - MAX_SPACE));
  }

  function readElements(): void {
    let at = nextElement(rest, 0);
    for (let end = endOfObject(rest, at); end !== undefined; end = endOfObject(rest, at)) {
      onElement(JSON.parse(rest.toString('utf8', at, end)));
      at = nextElement(rest, end);
    }
    rest = rest.subarray(at);
    if (rest[0] === CODES.endOfList) place = 'behind';
    else if (rest.length > MAX_ELEMENT_BYTES) throw new Error('an element is too large');
  }

  return {
    write,
    isWhole: () => place === 'behind',
    rest: () => (place === 'behind' ? rest.toString('utf8', 1, MAX_ELEMENT_BYTES) : ''),
  };
}

const CODES = { quote: 0x22, backslash: 0x5c, object: 0x7b, endOfObject: 0x7d, endOfList: 0x5d };
// Space and comma.
const SEPARATORS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c]);
const MAX_SPACE = 100;

function beginOfList(text: Buffer, key: string): number | undefined {
  const name = text.indexOf(JSON.stringify(key));
  if (name < 0) return undefined;
  const after = name + JSON.stringify(key).length;
  const opening = /^\s*:\s*\[/.exec(text.toString('latin1', after, after + MAX_SPACE));
  return opening === null ? undefined : after + opening[0].length;
}

// Where an object begins, the list ends, or the text does.
function nextElement(text: Buffer, from: number): number {
  let at = from;
  while (SEPARATORS.has(text[at] ?? -1)) at += 1;
  const code = text[at];
  if (code === undefined || code === CODES.object || code === CODES.endOfList) return at;
  throw new Error('an element is no object');
}

// Behind the brace that closes the one at `begin`; undefined: it has not come yet. Brackets need no count: in JSON that
// is whole they are closed before the brace is.
function endOfObject(text: Buffer, begin: number): number | undefined {
  let depth = 0;
  if (text[begin] !== CODES.object) return undefined;
  for (let at = begin; at < text.length; at += 1) {
    const code = text[at];
    if (code === CODES.quote) at = endOfString(text, at);
    else if (code === CODES.object) depth += 1;
    else if (code === CODES.endOfObject) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

// The quote that closes the one at `begin`, or behind the text.
function endOfString(text: Buffer, begin: number): number {
  for (let at = begin + 1; at < text.length; at += 1) {
    if (text[at] === CODES.backslash) at += 1;
    else if (text[at] === CODES.quote) return at;
  }
  return text.length;
}
