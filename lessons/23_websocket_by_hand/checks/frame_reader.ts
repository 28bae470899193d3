/** Checks an answer to 23.2. */
import {
  checkStream,
  type StreamCase,
  type StreamResult,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { FrameReaderClass, ReaderOptions } from "../types.ts";
import { READ } from "./headings.ts";
import { INVALID_FRAMES, rejectedWith } from "./invalid_frames.ts";
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
          return rejectedWith(code);
        }
      };
    },
    what: "message",
    explain,
    cut: () => ({
      likely:
        "A read may end anywhere: inside the length, the mask, the payload, " +
        "or a character. Keep reading until you have everything you need, " +
        "keep what comes after it, and continue the mask where you left off.",
      read: READ.frame,
    }),
  }, [...FIRST_MESSAGES, ...VALID_MESSAGES, ...INVALID_FRAMES]);
}

/** Returns the close code of an error, if it has one. */
function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "number" ? code : undefined;
}

/**
 * Recognizes mistakes by the value or the error that came instead of a message.
 */
function explain(
  { values, error }: StreamResult,
  { values: due = [], likely }: StreamCase,
): string | undefined {
  const value = values.at(-1);
  const wanted = due[values.length - 1];
  const advice = typeof likely === "string" ? likely : "";
  if (isRejected(value) && isRejected(wanted) && value !== wanted) {
    return `The code that's due is in ${wanted}. ${advice}`;
  }
  const isCoded = isRejected(due[values.length]);
  if (isCoded && error instanceof Error && PLAIN.test(error.name)) {
    return "Throw a CloseError with the close code: your caller must know what " +
      `to tell the client. ${advice}`;
  }
  const [kind, dueKind] = [kindOf(value), kindOf(wanted)];
  const isDecoded = value === rejectedWith(1007) && dueKind === "binary";
  const isOther = KINDS.includes(kind) && KINDS.includes(dueKind);
  if (isDecoded || isOther && kind !== dueKind) {
    return `This message is ${dueKind}, and you took it for ` +
      `${dueKind === "text" ? "binary" : "text"}. Opcode 1 is text, and 2 is ` +
      "binary. A continuation has the kind of the first fragment; when the " +
      "message is complete, forget that.";
  }
  if (typeof value === "object" && value !== null && "data" in value) {
    if (!(value.data instanceof Uint8Array)) {
      return "`data` is a Uint8Array, whatever is in it.";
    }
  }
  return undefined;
}

const KINDS: unknown[] = ["text", "binary"];

function kindOf(value: unknown): unknown {
  return Object(value).kind;
}

/** Matches error classes other than CloseError. */
const PLAIN = /^(RangeError|TypeError|Error)$/;

function isRejected(value: unknown): value is string {
  return typeof value === "string";
}
