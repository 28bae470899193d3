import { assert } from "@std/assert";

/** The text with every gap as one space, so that a wrapped one can be found. */
export function joined(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

/** Fails if the text matches. */
export function assertLacks(text: string, pattern: RegExp): void {
  const found = text.match(pattern)?.[0];
  assert(found === undefined, `${JSON.stringify(found)} is in:\n${text}`);
}
