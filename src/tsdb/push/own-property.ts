// A property by any name.

/** Sets a property of the object itself: as every other name, `__proto__` is one. */
export function setOwn(object: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}
