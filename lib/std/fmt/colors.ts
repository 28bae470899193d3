/**
 * The offline edition of `@std/fmt/colors`: the styles that the workbook uses.
 * The codes are those of `node:util`. Its `styleText` isn't used, because it nests
 * bold and dim in another way than the published edition.
 *
 * @module
 */
import { inspect, stripVTControlCharacters } from "node:util";

let enabled = !Deno.noColor;

/**
 * Turns the styles on or off. If `NO_COLOR` is set, they stay off.
 *
 * @param value Whether to add escape sequences.
 */
export function setColorEnabled(value: boolean): void {
  if (!Deno.noColor) enabled = value;
}

/**
 * Says whether the styles are on.
 *
 * @returns `false` if `NO_COLOR` is set or {@linkcode setColorEnabled} turned
 * them off.
 */
export function getColorEnabled(): boolean {
  return enabled;
}

/**
 * Removes the escape sequences from a text.
 *
 * @param string The text to clean.
 * @returns The text without escape sequences.
 */
export function stripAnsiCode(string: string): string {
  return stripVTControlCharacters(string);
}

/**
 * Wraps a text in a style, and starts the style again after a nested one that ends
 * with the same code.
 */
function style(name: string, text: string): string {
  if (!enabled) return text;
  const [open, close] = inspect.colors[name]!.map((code) => `\x1b[${code}m`);
  return `${open}${text.replaceAll(close, open)}${close}`;
}

/**
 * Makes a text bold.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function bold(str: string): string {
  return style("bold", str);
}

/**
 * Makes a text dim.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function dim(str: string): string {
  return style("dim", str);
}

/**
 * Makes a text italic.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function italic(str: string): string {
  return style("italic", str);
}

/**
 * Makes a text underlined.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function underline(str: string): string {
  return style("underline", str);
}

/**
 * Makes a text red.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function red(str: string): string {
  return style("red", str);
}

/**
 * Makes a text green.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function green(str: string): string {
  return style("green", str);
}

/**
 * Makes a text yellow.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function yellow(str: string): string {
  return style("yellow", str);
}

/**
 * Makes a text cyan.
 *
 * @param str The text to style.
 * @returns The text with escape sequences, or unchanged if styles are off.
 */
export function cyan(str: string): string {
  return style("cyan", str);
}
