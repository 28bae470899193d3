/** Shows a frame as a table that says which bits are which field. */
import { printable } from "../../lib/show/mod.ts";
import {
  applyMask,
  CLOSE_CODE_NAMES,
  decodeClosePayload,
  decodeWebSocketHeader,
  opcodeName,
  WEBSOCKET_OPCODES,
} from "../../lib/wire/mod.ts";

/** The names of the columns. */
export const FRAME_COLUMNS = ["byte", "bits", "field", "value"];

/**
 * Takes a frame apart.
 *
 * @param frame The whole frame.
 * @returns A row for each field.
 * @throws {TypeError} If the frame isn't complete.
 */
export function frameRows(frame: Uint8Array): string[][] {
  const header = decodeWebSocketHeader(frame);
  if (header === null) throw new TypeError("Cannot draw half a frame");
  const { fin, opcode, mask, headerBytes, payloadBytes } = header;
  const short = frame[1] & 0x7f;
  const rows = [
    ["0", fin ? "1" : "0", "FIN", fin ? "the last fragment" : "more follows"],
    ["", "000", "RSV1-3", "no extension"],
    ["", bits(opcode, 4), "opcode", `${opcode}: ${opcodeName(opcode)}`],
    ["1", mask ? "1" : "0", "MASK", mask ? "masked" : "not masked"],
    ["", bits(short, 7), "length", lengthText(short, payloadBytes)],
  ];
  const extra = headerBytes - 2 - (mask === null ? 0 : 4);
  if (extra > 0) {
    const value = `${payloadBytes}`;
    rows.push([range(2, extra), `${extra * 8} bits`, "length", value]);
  }
  if (mask !== null) {
    rows.push([range(2 + extra, 4), "32 bits", "masking key", hex(mask)]);
  }
  const data = frame.subarray(headerBytes, headerBytes + payloadBytes);
  if (data.length === 0) return rows;
  const plain = mask === null ? data : applyMask(data, mask);
  const at = range(headerBytes, data.length);
  rows.push([at, `${data.length * 8} bits`, "payload", hex(data)]);
  if (mask !== null) rows.push(["", "", "unmasked", hex(plain)]);
  rows.push(["", "", "", meaning(opcode, plain)]);
  return rows;
}

function meaning(opcode: number, payload: Uint8Array): string {
  if (opcode !== WEBSOCKET_OPCODES.close) {
    return printable(payload, { max: 40 });
  }
  const { code, reason } = decodeClosePayload(payload);
  const name = CLOSE_CODE_NAMES[code] ?? "the program's own";
  return `code ${code} (${name}), reason ${JSON.stringify(reason)}`;
}

function lengthText(short: number, payloadBytes: number): string {
  if (short === 126) return "126: two more bytes of length";
  if (short === 127) return "127: eight more bytes of length";
  return `${payloadBytes}`;
}

function bits(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}

function range(from: number, size: number): string {
  return size === 1 ? `${from}` : `${from}-${from + size - 1}`;
}

function hex(bytes: Uint8Array): string {
  return (bytes.subarray(0, 12).toHex().match(/../g) ?? []).join(" ") +
    (bytes.length > 12 ? " …" : "");
}
