import {
  type CapturedPacket,
  decodePacket,
  type Packet,
  readCapture,
} from "../wire/mod.ts";
import { CannotLook, firstLine } from "./tools.ts";

/**
 * The number of bytes to keep of each packet: all headers, and the start of its
 * data.
 */
const SNAP_BYTES = 384;
/**
 * The size of `tcpdump`'s packet buffer, in KiB. It holds the packets of all
 * programs, and a busy program mustn't displace the lesson's packets.
 */
const BUFFER_KIB = 32 * 1024;
/** How long `tcpdump` may take to show its last packet. */
const LIMIT_MS = 10_000;

/**
 * The start of the datagram that a capture sends to itself to find its own end.
 * It fits in the bytes that are kept of a system call's data.
 */
export const MARKER = "socket-workbook capture marker ";

const LINUX = Deno.build.os === "linux";

/** A running capture of the loopback interface. */
export interface Capture {
  /** The process ID of `tcpdump`. */
  pid: number;
  /**
   * Ends the capture after it has seen every packet sent before the call.
   *
   * @returns The capture's result.
   */
  stop(): Promise<Captured>;
}

/** The result of a capture. */
export interface Captured {
  /**
   * The packets of all programs, in order; empty if `onPacket` received them.
   */
  packets: Packet[];
  /** Whether the capture reached its end. */
  complete: boolean;
  /** The number of packets, of any program, that the capture missed. */
  dropped: number;
}

/** Options for a capture. */
export interface CaptureOptions {
  /**
   * A file to save the capture to, in `tcpdump`'s format.
   *
   * @default {undefined}
   */
  copyTo?: string;
  /**
   * Receives each packet as soon as it's captured. Packets that it receives
   * aren't kept.
   *
   * @default {all packets are kept, and decoded at the end}
   */
  onPacket?: (packet: Packet) => void;
}

/**
 * Captures IP packets on the loopback interface with `tcpdump`: TCP, UDP, ICMP,
 * and their fragments, except for the markers of captures.
 *
 * It doesn't write a file unless you set `copyTo`.
 *
 * @param options The options.
 * @returns The capture, which has started.
 * @throws {CannotLook} If this program can't capture; the message says what to
 * do.
 */
export async function startCapture(
  options: CaptureOptions = {},
): Promise<Capture> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("tcpdump", {
      args: [
        ...["-i", LINUX ? "lo" : "lo0", ...(LINUX ? ["--nano"] : [])],
        ...["-n", "-U", "--immediate-mode"],
        ...["-s", String(SNAP_BYTES), "-B", String(BUFFER_KIB)],
        ...["-w", "-", "ip or ip6"],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Keep it out of the terminal's foreground process group: Ctrl-C must end
      // only the lesson, because its last packets haven't been captured yet.
      detached: Deno.build.os !== "windows",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw CannotLook.missing("tcpdump");
  }
  const listening = Promise.withResolvers<boolean>();
  let said = "";
  const errors = (async () => {
    for await (
      const text of child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      said += text;
      if (said.includes("listening on")) listening.resolve(true);
    }
    listening.resolve(false);
  })();
  if (!await listening.promise) {
    await Promise.all([child.stdout.cancel(), child.status, errors]);
    throw CannotLook.forbidden("tcpdump", firstLine(said));
  }
  const bytes = options.copyTo === undefined
    ? child.stdout
    : child.stdout.pipeThrough(copier(options.copyTo));

  // Decode them at the end, so that reading keeps up with a busy machine.
  const all: CapturedPacket[] = [];
  const marker = new TextEncoder().encode(MARKER + crypto.randomUUID());
  const seen = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const captured of readCapture(bytes)) {
      if (endsWith(captured.bytes, marker)) seen.resolve();
      // A lesson and another run may send markers, too.
      if (isMarker(captured, marker.length)) continue;
      if (options.onPacket !== undefined) {
        options.onPacket(decode(captured));
        continue;
      }
      // Copy the packet: a view would keep the whole chunk in memory.
      all.push({ ...captured, bytes: captured.bytes.slice() });
    }
  })().catch(() => {
    // tcpdump was stopped in the middle of a packet, which is reported below.
  });

  return {
    pid: child.pid,
    async stop() {
      const ended = reading.then(() => false);
      const complete = await sendMarker(
        marker,
        Promise.race([seen.promise.then(() => true), ended]),
      );
      try {
        child.kill("SIGTERM");
      } catch {
        // tcpdump has already ended.
      }
      await Promise.all([child.status, reading, errors]);
      const dropped = Number(said.match(/(\d+) packets? dropped/)?.[1] ?? 0);
      return { packets: all.map(decode), complete, dropped };
    },
  };
}

function decode(captured: CapturedPacket): Packet {
  return decodePacket(captured.bytes, captured.linkType, captured);
}

const MARKER_BYTES = new TextEncoder().encode(MARKER);

/** Returns whether a packet's data is the marker of any capture. */
function isMarker({ bytes }: CapturedPacket, markerLength: number): boolean {
  const start = bytes.length - markerLength;
  return start >= 0 &&
    MARKER_BYTES.every((byte, i) => bytes[start + i] === byte);
}

function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  const start = bytes.length - end.length;
  return start >= 0 && end.every((byte, i) => bytes[start + i] === byte);
}

/** Copies a stream to a file. */
function copier(path: string): TransformStream<Uint8Array, Uint8Array> {
  const file = Deno.openSync(path, { write: true, create: true });
  return new TransformStream({
    async transform(chunk, controller) {
      for (let rest = chunk; rest.length > 0;) {
        rest = rest.subarray(await file.write(rest));
      }
      controller.enqueue(chunk);
    },
    flush: () => file.close(),
  });
}

/**
 * Sends a datagram that no program reads. When the capture shows it, it has
 * shown every earlier packet.
 */
async function sendMarker(
  marker: Uint8Array,
  shown: Promise<boolean>,
): Promise<boolean> {
  const loopback = { transport: "udp", hostname: "127.0.0.1" } as const;
  const socket = Deno.listenDatagram({ ...loopback, port: 0 });
  let limit: ReturnType<typeof setTimeout> | undefined;
  try {
    await socket.send(marker, socket.addr);
    return await Promise.race([
      shown,
      new Promise<boolean>((resolve) => {
        limit = setTimeout(resolve, LIMIT_MS, false);
      }),
    ]);
  } finally {
    clearTimeout(limit);
    socket.close();
  }
}
