// The bytes that the grammars of expositions are made of, by name.

export const TAB = 9;
export const NEWLINE = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const COMMA = 44;
export const EQUAL = 61;
export const BACKSLASH = 92;
export const OPEN = 123;
export const CLOSE = 125;
