/**
 * Formats a value in full, one part per line, so that two values can be compared
 * line by line.
 *
 * @param value The value to format.
 * @returns The text, with sorted keys, and nothing left out.
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
