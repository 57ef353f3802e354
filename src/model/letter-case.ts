// Upper and lower case letter by letter, as Go's strings.ToUpper and ToLower do: no letter becomes two.

export function lowerCase(text: string): string {
  return byLetter(text, text.toLowerCase(), (letter) => (letter === 'İ' ? 'i' : letter.toLowerCase()));
}

export function upperCase(text: string): string {
  return byLetter(text, text.toUpperCase(), (letter) => WITH_IOTA.get(letter) ?? letter.toUpperCase());
}

// Greek vowels with an iota below them: JavaScript writes the iota beside the capital, Go keeps it below.
const WITH_IOTA: ReadonlyMap<string, string> = new Map(
  [...iotaLetters()].map(([lower, upper]) => [String.fromCodePoint(lower), String.fromCodePoint(upper)]),
);

function* iotaLetters(): Generator<[number, number]> {
  for (const first of [0x1f80, 0x1f90, 0x1fa0]) {
    for (let letter = first; letter < first + 8; letter += 1) yield [letter, letter + 8];
  }
  for (const letter of [0x1fb3, 0x1fc3, 0x1ff3]) yield [letter, letter + 9];
}

// ASCII, which nearly every text is, changes in one go.
function byLetter(text: string, changed: string, change: (letter: string) => string): string {
  if (/^[\0-\x7f]*$/.test(text)) return changed;
  return Array.from(text, (letter) => {
    const other = change(letter);
    return [...other].length === 1 ? other : letter;
  }).join('');
}
