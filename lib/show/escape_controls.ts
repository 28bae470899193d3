/**
 * Escapes the characters that control a terminal.
 *
 * A terminal obeys these characters instead of showing them: control characters
 * (C0, DEL, and C1), which can clear the screen, rename the window, or fill the
 * clipboard, and characters that change the direction of text (bidi). Tabs
 * aren't escaped.
 *
 * @param text Text from any source, such as a line from a client.
 * @returns The text, with an escape such as `\x1b` or `\u202e` for each such
 * character.
 *
 * @example A line that would clear the screen
 * ```ts
 * import { escapeControls } from "./escape_controls.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escapeControls("hi\x1b[2J"), "hi\\x1b[2J");
 * assertEquals(escapeControls("\u202Eolleh"), "\\u202eolleh");
 * assertEquals(escapeControls("a\tb ü 🐢"), "a\tb ü 🐢");
 * ```
 */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (char) => {
    const code = char.codePointAt(0)!.toString(16);
    return code.length > 2
      ? `\\u${code.padStart(4, "0")}`
      : `\\x${code.padStart(2, "0")}`;
  });
}

const CONTROLS = /(?!\t)[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * Writes a value as one line of JSON that a terminal shows as it is.
 *
 * JSON escapes only the oldest control characters. This also escapes DEL, C1,
 * and those that change the direction of text; the value stays the same.
 *
 * @param value What `JSON.stringify` takes.
 * @returns JSON without a line end.
 *
 * @example A text with a C1 control
 * ```ts
 * import { jsonLine } from "./escape_controls.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(jsonLine({ text: "\x9b2J ü" }), '{"text":"\\u009b2J ü"}');
 * assertEquals(JSON.parse(jsonLine("\u202e")), "\u202e");
 * ```
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    CONTROLS,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
