// A user and password as a request shows them. No message repeats them.

/** The value of the Authorization header for `user:password`. @throws Error that says what is wrong with the text. */
export function basicOf(text: string): string {
  if (!text.includes(':')) throw new Error('it is not user:password');
  if (hasControls(text))
    throw new Error('it holds a control character; one line of user:password belongs there');
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** Whether a text holds what no header may hold. */
export function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return /[\0-\x08\x0a-\x1f\x7f]/.test(text);
}
