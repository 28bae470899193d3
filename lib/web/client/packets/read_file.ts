import { CaptureConversations } from "../../../wire/capture/capture_conversations.ts";
import type { TrackedPacket } from "../../../wire/capture/capture_conversations.ts";
import { CaptureParser } from "../../../wire/capture/read_capture.ts";
import { decodePacket, type Packet } from "../../../wire/capture/packet.ts";
import { gunzip } from "../../../workbook/cli/packets/gunzip.ts";

/** The largest file to read: the page keeps all of it in memory. */
export const MAX_MIB = 64;

/** A packet of a capture, and its role in its conversation. */
export interface CapturePacket {
  packet: Packet;
  tracked: TrackedPacket;
}

/** A capture, as far as it could be read. */
export interface Capture {
  /** The file's name. */
  name: string;
  /** Its packets, in order. */
  packets: CapturePacket[];
  /** All conversations in it. */
  conversations: CaptureConversations;
  /** Why the rest couldn't be read; not given if all of it was. */
  problem?: string;
}

/**
 * Reads a capture in the browser, without sending it anywhere.
 *
 * @param file The file: pcap or pcapng, perhaps compressed with gzip.
 * @returns The capture.
 * @throws {RangeError} If it's too large.
 */
export async function readFile(file: File): Promise<Capture> {
  if (file.size > MAX_MIB * 1024 * 1024) {
    const mib = Math.ceil(file.size / 1024 / 1024);
    throw new RangeError(
      `${file.name} has ${mib} MiB. A page reads up to ${MAX_MIB} MiB; ` +
        "`deno task packets` reads more.",
    );
  }
  const capture: Capture = {
    name: file.name,
    packets: [],
    conversations: new CaptureConversations(),
  };
  const parser = new CaptureParser();
  try {
    let size = 0;
    for await (const chunk of gunzip(chunksOf(file.stream()))) {
      // A small compressed file can become a large one.
      size += chunk.length;
      if (size > MAX_MIB * 1024 * 1024) {
        throw new RangeError(`there are more than ${MAX_MIB} MiB in it`);
      }
      for (const captured of parser.push(chunk)) {
        const { bytes, linkType } = captured;
        // The parser reuses its memory, so keep a copy.
        const packet = decodePacket(bytes.slice(), linkType, captured);
        const tracked = capture.conversations.add(packet);
        capture.packets.push({ packet, tracked });
      }
    }
    parser.end();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    capture.problem = capture.packets.length === 0
      ? `${file.name} can't be read as a capture: ${why}.`
      : `${file.name} is damaged after packet ${capture.packets.length}: ${why}.`;
  }
  return capture;
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
