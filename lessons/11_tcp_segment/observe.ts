/** What a lesson sends, as tcpdump saw it; or a recording of the same. */
import { decodePacket, type Packet, parseCapture } from "../../lib/wire/mod.ts";
import {
  type Capture,
  type Captured,
  startCapture,
} from "../../lib/xray/capture.ts";
import { CannotLook } from "../../lib/xray/tools.ts";

/** What was captured, or why nothing could be. */
export type Observed = { packets: Packet[] } | { reason: string };

/**
 * Captures what a function sends over loopback.
 *
 * Other programs use loopback too, so only packets of the ports that the
 * function returns are kept. It does not run where nothing can be captured.
 *
 * @param run Opens sockets, and returns their clients' ports.
 * @returns The packets, or a line that says why there are none.
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
 * Reads a recording that is kept in a module.
 *
 * A lesson may read no files, so the bytes of the capture are in its code.
 *
 * @param base64 A capture file.
 * @returns Its packets.
 */
export function readRecording(base64: string): Packet[] {
  return parseCapture(Uint8Array.fromBase64(base64)).map((captured) =>
    decodePacket(captured.bytes, captured.linkType, captured)
  );
}
