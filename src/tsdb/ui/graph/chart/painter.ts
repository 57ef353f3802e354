// Paints lines on a canvas: a few at once, many over several frames, so that the page stays responsive.

import type { Line } from '../lines.ts';
import { strokeHairlines } from './hairlines.ts';
import { type LinePaths, type Place, tracePaths } from './line-path.ts';

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PaintTarget {
  readonly context: CanvasRenderingContext2D;
  readonly area: Area;
  readonly place: Place;
  readonly colours: readonly string[];
  /** Canvas pixels a pixel of CSS. */
  readonly ratio: number;
}

/** As many points are painted in one go: some 15 ms of a slow processor, most of it outside of scripts. */
const POINTS_A_FRAME = 4000;
/** The band of a bucket costs as much as its line. */
const BUCKET_POINTS = 2;

/** Paints the lines. @param done called once all are painted, unless it is stopped before. @returns a way to stop. */
export function paint(lines: readonly Line[], target: PaintTarget, done: () => void): () => void {
  let next = 0;
  let frame = 0;
  const go = () => {
    for (let points = 0; next < lines.length && points < POINTS_A_FRAME; next++) {
      const line = lines[next] as Line;
      points += line.data.times.length * (line.data.kind === 'bucket' ? BUCKET_POINTS : 1);
      paintLine(line, target, 1.5);
    }
    if (next < lines.length) frame = requestAnimationFrame(go);
    else done();
  };
  go();
  return () => cancelAnimationFrame(frame);
}

/** @param width of the line, in pixels of CSS. */
export function paintLine({ data, colour }: Line, { context, area, ...target }: PaintTarget, width: number) {
  const paths = tracePaths(data, target.place, () => new Path2D());
  context.save();
  context.beginPath();
  context.rect(area.left, area.top, area.width, area.height);
  context.clip();
  const style = target.colours[colour] as string;
  context.strokeStyle = style;
  context.fillStyle = style;
  if (data.kind === 'bucket') paintBand(context, paths);
  strokeHairlines(context, paths.line, width * target.ratio);
  context.fill(paths.dots);
  if (data.kind === 'bucket') strokeDashes(context, paths.partial, width, target.ratio);
  context.restore();
}

function paintBand(context: CanvasRenderingContext2D, { band }: LinePaths<Path2D>): void {
  context.globalAlpha = 0.16;
  context.fill(band);
  context.globalAlpha = 1;
}

function strokeDashes(context: CanvasRenderingContext2D, path: Path2D, width: number, ratio: number): void {
  context.setLineDash([4 * ratio, 3 * ratio]);
  strokeHairlines(context, path, width * ratio);
}
