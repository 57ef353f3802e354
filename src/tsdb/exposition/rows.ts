// The rows of one body while it is read: growing columns, and where in the body each number stood.

const FIRST_ROWS = 64;
const MARKS = 4;
export const NO_TIME = -1;

export class Rows {
  count = 0;
  timed = false;
  /** Whether any row has an exemplar. */
  exemplars = false;
  series = new Int32Array(FIRST_ROWS);
  values = new Float64Array(FIRST_ROWS);
  times = new Float64Array(FIRST_ROWS);
  /** Four a row: start and end of the value, start of the time or NO_TIME, and where text follows that is no number. */
  marks = new Int32Array(FIRST_ROWS * MARKS);

  /** @param time Unix milliseconds, NaN for none. */
  push(series: number, value: number, time: number): void {
    const row = this.count;
    if (row === this.series.length) this.#grow(2 * row);
    this.series[row] = series;
    this.values[row] = value;
    this.times[row] = time;
    this.timed ||= !Number.isNaN(time);
    this.count = row + 1;
  }

  /** Of the row that was pushed last. */
  mark(valueStart: number, valueEnd: number, timeStart: number, resume: number): void {
    const at = (this.count - 1) * MARKS;
    this.marks[at] = valueStart;
    this.marks[at + 1] = valueEnd;
    this.marks[at + 2] = timeStart;
    this.marks[at + 3] = resume;
  }

  #grow(rows: number): void {
    this.series = grown(this.series, new Int32Array(rows));
    this.values = grown(this.values, new Float64Array(rows));
    this.times = grown(this.times, new Float64Array(rows));
    this.marks = grown(this.marks, new Int32Array(rows * MARKS));
  }
}

function grown<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
