/**
 * Writes a value out in full, one part a line, so that two values can be
 * compared line by line.
 *
 * @param value Any value.
 * @returns The text, with keys sorted and nothing left out.
 */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    compact: false,
    depth: Infinity,
    getters: true,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  });
}
