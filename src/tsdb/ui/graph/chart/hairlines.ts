// A line of some pixels, made of lines of one pixel side by side.

/** Further apart two of them would leave a gap. */
const APART = 0.9;

/**
 * Strokes a path as wide as that.
 *
 * A browser fills the outline of a line that is wider than a pixel, and of one that goes up and down a thousand times
 * the outline cuts itself everywhere: that takes it twenty times as long as a line of one pixel.
 * @param width in pixels of the canvas, whose transform is reset.
 */
export function strokeHairlines(context: CanvasRenderingContext2D, path: Path2D, width: number): void {
  context.lineWidth = 1;
  context.lineJoin = 'round';
  for (const [x, y] of offsetsOf(width)) {
    context.setTransform(1, 0, 0, 1, x, y);
    context.stroke(path);
  }
  context.resetTransform();
}

/** Where lines of one pixel go so that all together are so wide in every direction: rings, one within the other. */
export function offsetsOf(width: number): readonly (readonly [x: number, y: number])[] {
  const radius = (width - 1) / 2;
  if (radius <= 0) return [[0, 0]];
  const ring = ringOf(radius);
  return radius < APART ? ring : [...ring, ...offsetsOf(width - 2)];
}

function ringOf(radius: number): (readonly [number, number])[] {
  const count = Math.max(3, Math.ceil((2 * Math.PI * radius) / APART));
  return Array.from({ length: count }, (_, i) => {
    const turn = (2 * Math.PI * i) / count;
    return [radius * Math.sin(turn), -radius * Math.cos(turn)] as const;
  });
}
