// Texts that keep nothing but themselves in memory.

/**
 * A text cut from another keeps all of that one in memory. Joined with a character and cut again it is its own.
 */
export function detached(text: string): string {
  return ` ${text}`.slice(1);
}

/** The beginning of a text, well-formed also where it was cut. @param most characters. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text.toWellFormed() : detached(text.slice(0, most)).toWellFormed();
}
