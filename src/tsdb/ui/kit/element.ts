// Elements made of names and texts: what comes from a server is never HTML.

type Attributes = Readonly<Record<string, string | boolean | undefined>>;
type Child = Node | string;

/** An element with attributes (`true`: present without a value; false, undefined: absent) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, '');
    else if (typeof value === 'string') made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
