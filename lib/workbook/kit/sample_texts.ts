/**
 * Texts that expose mistakes: characters of one to four bytes in UTF-8, a byte
 * order mark, an emoji of several code points, and a long one.
 *
 * An answer that counts characters instead of bytes, cuts text instead of
 * bytes, or decodes with a default `TextDecoder`, which drops a byte order
 * mark, fails on one of them.
 */
export const SAMPLE_TEXTS: Readonly<Record<string, string>> = {
  "characters of one byte": "hello",
  "characters of two bytes": "zwölf",
  "characters of three bytes": "€ 日本",
  "characters of four bytes": "🐢🐢",
  "characters of one to four bytes": "aö€🐢",
  "a byte order mark at the start": "\ufeffhello",
  "a byte order mark in the middle": "a\ufeffb",
  "a letter and its accent, as two characters": "cafe\u0301",
  "an emoji of several code points": "👩‍🔬",
  "spaces and tabs at both ends": " \thi\t ",
};

/** Bytes that aren't UTF-8, by what's wrong with them. */
export const NOT_UTF8: Readonly<Record<string, Uint8Array>> = {
  "the first byte of a two-byte character at the end": bytes("6162c3"),
  "two bytes of a four-byte character at the end": bytes("6162f09f"),
  "a byte that UTF-8 never uses": bytes("6fff6b"),
  "the second byte of a character without its first": bytes("61b662"),
  "a slash in two bytes, where one is enough": bytes("61c0af"),
  "half of a surrogate pair": bytes("61eda080"),
};

/**
 * Returns a limit and the numbers on both sides of it.
 *
 * @param limit The largest allowed number.
 * @returns `limit - 1`, `limit`, and `limit + 1`.
 */
export function aroundLimit(limit: number): [number, number, number] {
  return [limit - 1, limit, limit + 1];
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex);
}
