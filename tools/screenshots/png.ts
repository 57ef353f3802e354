// The pixels of a PNG as browsers write it: eight bits a channel, red, green and blue, rows from top to bottom.

import { inflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel. */
  readonly rgb: Uint8Array;
}

export const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const CHANNELS = 3;
const TRUE_COLOUR = 2;

/** @throws Error for any other kind of PNG. */
export function readPng(bytes: Buffer): Pixels {
  const parts = partsOf(bytes);
  const header = parts.find(({ name }) => name === 'IHDR')?.body;
  if (header === undefined || header[8] !== 8 || header[9] !== TRUE_COLOUR || header[12] !== 0)
    throw new Error('cannot read the PNG: it is not of eight bits of red, green and blue');
  const data = parts.filter(({ name }) => name === 'IDAT').map(({ body }) => body);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  return { width, height, rgb: unfiltered(inflateSync(Buffer.concat(data)), width * CHANNELS, height) };
}

function partsOf(bytes: Buffer): { name: string; body: Buffer }[] {
  const parts = [];
  for (let at = SIGNATURE.length; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    parts.push({ name, body: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return parts;
}

// Each row begins with its filter and holds differences to what is left of it and above it, which is 0 outside.
function unfiltered(data: Buffer, rowBytes: number, height: number): Uint8Array {
  const stride = CHANNELS + rowBytes;
  const framed = Buffer.alloc(stride * (height + 1));
  const rgb = Buffer.alloc(rowBytes * height);
  for (let row = 0; row < height; row += 1) {
    const from = row * (rowBytes + 1);
    const to = (row + 1) * stride + CHANNELS;
    const predict = PREDICTORS[data.readUInt8(from)] ?? none;
    for (let i = 0; i < rowBytes; i += 1) {
      const [left, above] = [framed.readUInt8(to + i - CHANNELS), framed.readUInt8(to + i - stride)];
      const corner = framed.readUInt8(to + i - stride - CHANNELS);
      framed[to + i] = data.readUInt8(from + 1 + i) + predict(left, above, corner);
    }
    framed.copy(rgb, row * rowBytes, to, to + rowBytes);
  }
  return rgb;
}

type Predictor = (left: number, above: number, corner: number) => number;

const none: Predictor = () => 0;

const PREDICTORS: readonly Predictor[] = [
  none,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [toLeft, toAbove] = [Math.abs(guess - left), Math.abs(guess - above)];
  const toCorner = Math.abs(guess - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
