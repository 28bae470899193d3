/**
 * Takes the place of `@std/fmt/colors` in the browser: text in a page gets its
 * colors from style sheets, not from escape sequences.
 *
 * @module
 */
const same = (text: string): string => text;

export {
  same as bold,
  same as cyan,
  same as dim,
  same as green,
  same as red,
  same as yellow,
};

/** Does nothing: there are no colors to turn on. */
export function setColorEnabled(): void {}
