/**
 * The offline edition of `@std/fmt/colors`: the styles that the workbook uses.
 * The codes are those of `node:util`; its `styleText` does not serve here,
 * because it nests bold and dim in another way than the published edition.
 *
 * @module
 */
import { inspect, stripVTControlCharacters } from "node:util";

let enabled = !Deno.noColor;

/**
 * Turns the styles on or off. A learner who set `NO_COLOR` keeps them off,
 * whatever a program asks for.
 *
 * @param value Whether the functions below add escape sequences.
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
 * Takes the escape sequences out of a text.
 *
 * @param string The text.
 * @returns The text as it reads without a terminal.
 */
export function stripAnsiCode(string: string): string {
  return stripVTControlCharacters(string);
}

/**
 * Wraps a text in a style, and takes the style up again where a nested one ends
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
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function bold(str: string): string {
  return style("bold", str);
}

/**
 * Makes a text dim.
 *
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function dim(str: string): string {
  return style("dim", str);
}

/**
 * Makes a text italic.
 *
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function italic(str: string): string {
  return style("italic", str);
}

/**
 * Makes a text underlined.
 *
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function underline(str: string): string {
  return style("underline", str);
}

/**
 * Makes a text red.
 *
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function red(str: string): string {
  return style("red", str);
}

/**
 * Makes a text green.
 *
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function green(str: string): string {
  return style("green", str);
}

/**
 * Makes a text yellow.
 *
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function yellow(str: string): string {
  return style("yellow", str);
}

/**
 * Makes a text cyan.
 *
 * @param str The text.
 * @returns The text with its escape sequences, or as it is when styles are off.
 */
export function cyan(str: string): string {
  return style("cyan", str);
}
