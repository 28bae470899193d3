/** How an answer to 23.2 is checked. */
import {
  type Advice,
  checkStream,
  type StreamCase,
  type StreamResult,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { FrameReaderClass, ReaderOptions } from "../types.ts";
import { READ } from "./headings.ts";
import { INVALID_FRAMES, type Rejected } from "./invalid_frames.ts";
import { FIRST_MESSAGES, VALID_MESSAGES } from "./valid_frames.ts";

/** Checks an answer to 23.2. */
export async function checkFrameReader(
  FrameReader: FrameReaderClass,
  trial: Trial,
): Promise<void> {
  await checkStream(trial, {
    name: "readMessage",
    open(conn: Deno.Conn, options?: ReaderOptions) {
      const reader = options === undefined
        ? new FrameReader(conn)
        : new FrameReader(conn, options);
      return async () => {
        try {
          return await reader.readMessage();
        } catch (error) {
          const code = codeOf(error);
          if (code === undefined) throw error;
          return { code } satisfies Rejected;
        }
      };
    },
    what: "message",
    explain,
    cut: () => ({
      likely:
        "A read may end anywhere: inside the length, the mask, the payload, or " +
        "a character. Read on until you have all that's due, keep what comes " +
        "after it, and let the mask go on where it was.",
      read: READ.frame,
    }),
  }, [...FIRST_MESSAGES, ...VALID_MESSAGES, ...INVALID_FRAMES]);
}

/** The close code that an error names, if it does. */
function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "number" ? code : undefined;
}

/** What an answer gives in place of a message says what's wrong. */
function explain(
  { values, error }: StreamResult,
  { values: due = [], likely }: StreamCase,
): string | Partial<Advice> | undefined {
  const value = values.at(-1);
  const wanted = due[values.length - 1] as Rejected | undefined;
  const missing = due[values.length] as Rejected | undefined;
  const advice = typeof likely === "string" ? likely : "";
  if (error !== undefined && typeof missing?.code === "number") {
    const isEof = error instanceof Deno.errors.UnexpectedEof;
    if (isEof || !(error instanceof Error)) return undefined;
    if (!/^(RangeError|TypeError|Error)$/.test(error.name)) return undefined;
    return "Throw a CloseError with the close code: whoever catches it must " +
      `know what to tell the client. ${advice}`;
  }
  if (isRejected(value) && isRejected(wanted) && value.code !== wanted.code) {
    return `The close code is ${wanted.code}, and yours is ${value.code}. ` +
      advice;
  }
  if (isRejected(value) && !isRejected(wanted)) {
    return {
      problem:
        `readMessage() threw a CloseError with ${value.code}, and this ` +
        "is valid.",
      likely: advice,
    };
  }
  if (typeof value === "object" && value !== null && "data" in value) {
    if (!(value.data instanceof Uint8Array)) {
      return "`data` is a Uint8Array, whatever is in it.";
    }
  }
  return undefined;
}

function isRejected(value: unknown): value is Rejected {
  return typeof value === "object" && value !== null && "code" in value &&
    !("kind" in value);
}
