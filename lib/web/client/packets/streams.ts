import type { CapturePacket } from "./read_file.ts";

/** The most text to show, in characters. */
const MAX_TEXT = 100_000;

/** The data that one end sent until the other one sent some. */
export interface StreamPiece {
  from: "client" | "server";
  text: string;
}

/**
 * Puts the data of a conversation into the order in which it was sent, without
 * retransmissions.
 *
 * @param packets The conversation's packets.
 * @returns Its data as text, and whether there's more.
 */
export function streamsOf(
  packets: CapturePacket[],
): { pieces: StreamPiece[]; isCut: boolean } {
  const pieces: StreamPiece[] = [];
  /** How far each end's stream has been shown. */
  const reached = { client: 0, server: 0 };
  let length = 0;
  for (const { packet, tracked: { segment, datagram } } of packets) {
    const from = (segment ?? datagram)?.from;
    if (from === undefined || packet.payload.length === 0) continue;
    let data = packet.payload;
    if (segment !== null) {
      const { relativeSequence } = segment;
      const known = Math.max(0, reached[from] - relativeSequence);
      data = data.subarray(known);
      reached[from] = Math.max(
        reached[from],
        relativeSequence + packet.payload.length,
      );
    }
    if (data.length === 0) continue;
    const text = asText(data) + (datagram === null ? "" : "\n");
    length += text.length;
    if (length > MAX_TEXT) return { pieces, isCut: true };
    const last = pieces.at(-1);
    if (last?.from === from) last.text += text;
    else pieces.push({ from, text });
  }
  return { pieces, isCut: false };
}

/** Returns text as it is, with a dot for each byte that isn't text. */
function asText(data: Uint8Array): string {
  const text = new TextDecoder().decode(data).replaceAll("\r\n", "\n");
  // deno-lint-ignore no-control-regex -- Just those are replaced.
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]/g, "·");
}
