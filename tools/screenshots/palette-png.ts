// Pixels → a small PNG of 256 colours: those that are seen most, and for every other the nearest of them.

import { crc32, deflateSync } from 'node:zlib';
import { type Pixels, SIGNATURE } from './png.ts';

const MOST_COLOURS = 256;
const PALETTE = 3;

export function writePalettePng({ width, height, rgb }: Pixels): Buffer {
  const colours = coloursOf(rgb);
  const palette = mostSeen(colours);
  const places = new Map(palette.map((colour, i) => [colour, i]));
  const rows = Buffer.alloc((width + 1) * height);
  for (const [i, colour] of colours.entries()) {
    const place = places.get(colour) ?? nearest(colour, palette);
    places.set(colour, place);
    rows[i + 1 + Math.floor(i / width)] = place;
  }
  return Buffer.concat([
    SIGNATURE,
    part('IHDR', header(width, height)),
    part('PLTE', Buffer.from(palette.flatMap((colour) => channelsOf(colour)))),
    part('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    part('IEND', Buffer.alloc(0)),
  ]);
}

function coloursOf(rgb: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: rgb.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(3 * i, 3 * i + 3);
    return (red << 16) | (green << 8) | blue;
  });
}

function mostSeen(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, MOST_COLOURS).map(([colour]) => colour);
}

function nearest(colour: number, palette: readonly number[]): number {
  const distances = palette.map((other) => distance(channelsOf(colour), channelsOf(other)));
  return distances.indexOf(Math.min(...distances));
}

function distance(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, i) => sum + (value - (other[i] ?? 0)) ** 2, 0);
}

function channelsOf(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function header(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes[8] = 8;
  bytes[9] = PALETTE;
  return bytes;
}

function part(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body]);
  const bytes = Buffer.alloc(named.length + 8);
  bytes.writeUInt32BE(body.length, 0);
  named.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(named), bytes.length - 4);
  return bytes;
}
