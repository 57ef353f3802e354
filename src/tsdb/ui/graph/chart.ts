// The chart: uPlot's axes, cursor and selection, with lines of our own that each have their own times.

import uPlot from 'uplot';
import { element } from '../kit/element.ts';
import { colorOf } from '../kit/theme.ts';
import { COLOURS, extremesOf, type Line } from './lines.ts';
import { nearest, type Pointed } from './nearest.ts';
import { type PaintTarget, paint, paintLine } from './painter.ts';
import { timeTicks } from './time-ticks.ts';
import { formatMarks } from './value-format.ts';

export interface Picture {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  /** Those that are shown. */
  readonly lines: readonly Line[];
}

/** What is pointed at, and where in the chart, in pixels of CSS. */
export interface Pointing extends Pointed {
  readonly left: number;
  readonly top: number;
}

export interface Chart {
  readonly element: HTMLElement;
  show(picture: Picture): void;
  /** Makes one line stand out. */
  stress(line: Line | undefined): void;
  /** Points at a sample, as the mouse would. */
  point(pointed: Pointed | undefined): void;
  /** The colours have changed. */
  recolour(): void;
}

interface ChartEvents {
  readonly zoomed: (from: number, to: number) => void;
  readonly pointed: (pointing: Pointing | undefined) => void;
}

const NOTHING: Picture = { from: 0, to: 3_600_000, zone: 'UTC', lines: [] };
const FONT = '12px system-ui, sans-serif';
/** Pixels that a mark of an axis needs. */
const MARK = { x: 84, y: 40 };
const MIN_DRAG = 4;

export function createChart({ zoomed, pointed }: ChartEvents): Chart {
  const host = element('div', { class: 'plot' });
  const overlay = element('canvas', { class: 'stress', 'aria-hidden': 'true' });
  let picture = NOTHING;
  let colours = readColours();
  let stop = () => {};
  let stressed: Line | undefined;

  const plot = new uPlot(
    {
      ...sizeOf(host),
      ms: 1,
      legend: { show: false },
      padding: [12, 28, 0, 0],
      series: [{}, { paths: () => null, points: { show: false } }],
      scales: {
        x: { time: true, range: (_, from, to) => [from, to] },
        y: { range: (_, min, max) => [min, max] },
      },
      axes: [
        {
          ...axisLook(),
          splits: ({ width }, _, from, to) => [...ticks(from, to, width).times],
          values: ({ width, scales }, marks) => {
            const { times, labels } = ticks(scales.x?.min ?? 0, scales.x?.max ?? 0, width);
            return marks.map((mark) => labels[times.indexOf(mark)] ?? '');
          },
          size: 50,
        },
        {
          ...axisLook(),
          space: MARK.y,
          values: (_, marks) => formatMarks(marks),
          size: (_, values) => 22 + 7.2 * Math.max(3, ...(values ?? []).map((text) => text.length)),
        },
      ],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: MIN_DRAG },
        // A double click would bring the whole of the data back, which here is all there is.
        bind: { dblclick: () => null },
      },
      hooks: { draw: [draw], setCursor: [moved], setSelect: [selected], setSize: [() => restress()] },
    },
    [
      [0, 1],
      [0, 1],
    ],
    host,
  );
  plot.over.append(overlay);

  function ticks(from: number, to: number, width: number) {
    return timeTicks(from, to, picture.zone, width / MARK.x);
  }

  function axisLook(): uPlot.Axis {
    return {
      stroke: () => colours.text,
      font: FONT,
      grid: { stroke: () => colours.grid, width: 1 },
      ticks: { stroke: () => colours.grid, width: 1, size: 6 },
    };
  }

  function targetOf(context: CanvasRenderingContext2D, offset: { left: number; top: number }): PaintTarget {
    const { left, top, width, height } = plot.bbox;
    const ratio = uPlot.pxRatio;
    const { min: from = 0, max: to = 1 } = plot.scales.x ?? {};
    const { min = 0, max = 1 } = plot.scales.y ?? {};
    const area = { left: left - offset.left, top: top - offset.top, width, height };
    const perTime = width / (to - from);
    const perValue = height / (max - min);
    return {
      context,
      area,
      ratio,
      colours: colours.lines,
      place: {
        x: (time) => area.left + (time - from) * perTime,
        y: (value) => area.top + (max - value) * perValue,
        dot: 3 * ratio,
      },
    };
  }

  function draw(): void {
    stop();
    host.dataset.state = 'drawing';
    stop = paint(picture.lines, targetOf(plot.ctx, { left: 0, top: 0 }), () => {
      host.dataset.state = 'drawn';
    });
  }

  function restress(): void {
    const { left, top, width, height } = plot.bbox;
    overlay.width = stressed === undefined ? 0 : width;
    overlay.height = height;
    overlay.style.width = `${width / uPlot.pxRatio}px`;
    overlay.style.height = `${height / uPlot.pxRatio}px`;
    const context = overlay.getContext('2d');
    if (stressed === undefined || context === null) return;
    const target = targetOf(context, { left, top });
    paintLine(stressed, { ...target, colours: colours.lines.map(() => colours.page) }, 6);
    paintLine(stressed, target, 3);
  }

  function stress(line: Line | undefined): void {
    if (line === stressed) return;
    stressed = line;
    restress();
  }

  function tell(found: Pointed | undefined): void {
    stress(found?.line);
    if (found === undefined) {
      pointed(undefined);
      return;
    }
    const { line, at } = found;
    const { left, top } = plot.over.getBoundingClientRect();
    const origin = host.getBoundingClientRect();
    const x = plot.valToPos(middleOf(line, at), 'x');
    const value = line.data.values[at] as number;
    const y = Number.isFinite(value) ? plot.valToPos(value, 'y') : 0;
    pointed({ ...found, left: left - origin.left + x, top: top - origin.top + y });
  }

  function moved(): void {
    const { left = -1, top = -1, event } = plot.cursor;
    if (event === undefined) return;
    if (left < 0) {
      tell(undefined);
      return;
    }
    const { min: from = 0, max: to = 1 } = plot.scales.x ?? {};
    const pointer = {
      left,
      top,
      time: plot.posToVal(left, 'x'),
      scale: (to - from) / Math.max(1, plot.over.clientWidth),
      x: (time: number) => plot.valToPos(time, 'x'),
      y: (value: number) => plot.valToPos(value, 'y'),
    };
    tell(nearest(picture.lines, pointer));
  }

  function selected(): void {
    const { left, width } = plot.select;
    if (width < MIN_DRAG) return;
    const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    zoomed(from, to);
  }

  function resize(): void {
    const { width, height } = sizeOf(host);
    if (width !== plot.width || height !== plot.height) plot.setSize({ width, height });
  }
  new ResizeObserver(resize).observe(host);

  return {
    element: host,
    show(next) {
      picture = next;
      stressed = undefined;
      const { min, max } = rangeOf(next);
      plot.batch(() => {
        resize();
        plot.setScale('x', { min: next.from, max: next.to });
        plot.setScale('y', { min, max });
        plot.redraw(false, true);
      });
      restress();
    },
    stress,
    point(found) {
      const x = found === undefined ? -10 : plot.valToPos(middleOf(found.line, found.at), 'x');
      plot.setCursor({ left: x, top: 0 }, false);
      tell(found);
    },
    recolour() {
      colours = readColours();
      plot.redraw(false);
      restress();
    },
  };
}

function middleOf({ data }: Line, at: number): number {
  const begin = data.times[at] as number;
  return data.kind === 'raw' ? begin : (begin + (data.ends[at] as number)) / 2;
}

function rangeOf({ lines, from, to }: Picture): { min: number; max: number } {
  const { min, max } = extremesOf(lines, from, to) ?? { min: 0, max: 1 };
  const [low, high] = uPlot.rangeNum(min, max, 0.1, true);
  return { min: low ?? 0, max: high ?? 1 };
}

function readColours() {
  const lines = Array.from({ length: COLOURS }, (_, i) => colorOf(`--line-${i + 1}`));
  return { lines, text: colorOf('--quiet'), grid: colorOf('--line'), page: colorOf('--raised') };
}

function sizeOf(host: HTMLElement): { width: number; height: number } {
  return { width: Math.max(240, host.clientWidth), height: Math.max(200, host.clientHeight) };
}
