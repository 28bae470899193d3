/** Captures what a lesson sends, and reads recordings of it. */
import { decodePacket, type Packet, parseCapture } from "../../lib/wire/mod.ts";
import {
  type Capture,
  type Captured,
  startCapture,
} from "../../lib/xray/capture.ts";
import { CannotLook } from "../../lib/xray/tools.ts";

/** The captured packets, or the reason why there aren't any. */
export type Observed = { packets: Packet[] } | { reason: string };

/**
 * Captures what a function sends over loopback.
 *
 * Other programs use loopback too, so this keeps only packets of the ports that
 * the function returns. If nothing can be captured, the function doesn't run.
 *
 * @param run Opens sockets, and returns the clients' ports.
 * @returns The packets, or a line that says why there aren't any.
 */
export async function observe(
  run: () => Promise<Iterable<number>>,
): Promise<Observed> {
  let capture: Capture;
  try {
    capture = await startCapture();
  } catch (error) {
    if (error instanceof CannotLook) return { reason: error.message };
    if (error instanceof Deno.errors.NotCapable) {
      return { reason: "this run may not start tcpdump (`deno task` lets it)" };
    }
    throw error;
  }
  let ports: Set<number>;
  let captured: Captured;
  try {
    ports = new Set(await run());
  } finally {
    captured = await capture.stop();
  }
  const { packets, complete, dropped } = captured;
  if (!complete) return { reason: "tcpdump ended before the last packet" };
  if (dropped > 0) return { reason: `tcpdump missed ${dropped} packets` };
  return {
    packets: packets.filter(({ tcp }) =>
      tcp !== null &&
      (ports.has(tcp.sourcePort) || ports.has(tcp.destinationPort))
    ),
  };
}

/**
 * Reads the packets of a recording.
 *
 * Lessons aren't allowed to read files, so recordings are part of their code.
 *
 * @param base64 The bytes of a capture file.
 * @returns The packets in it.
 */
export function readRecording(base64: string): Packet[] {
  return parseCapture(Uint8Array.fromBase64(base64)).map((captured) =>
    decodePacket(captured.bytes, captured.linkType, captured)
  );
}
