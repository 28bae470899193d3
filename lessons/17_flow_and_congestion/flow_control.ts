/** A receiver that stops reading, and what its TCP advertises meanwhile. */
import {
  connectTcp,
  listenTcp,
  readExact,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  Conversations,
  elapsedMs,
  type Packet,
  type TcpHeader,
  type TrackedSegment,
} from "../../lib/wire/mod.ts";

/** How much each of the first writes sends, in bytes. */
const CHUNK = 16 * 1024;
const CHUNKS = 6;
/** More than the window has room for after that. */
const REST = 256 * 1024;

/** How long the server reads nothing, in milliseconds. */
export const PAUSE_MS = 1000;

/**
 * Sends a lot to a server that reads nothing for a while, and then everything.
 *
 * @returns The client's port.
 */
export async function starve(): Promise<number> {
  using listener = listenTcp();
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();
  for (let i = 0; i < CHUNKS; i++) {
    await writeAll(client, new Uint8Array(CHUNK));
    // Every segment carries a window, so a byte of data shows it at once.
    await writeAll(server, new Uint8Array(1));
    await readExact(client, 1);
  }
  const sending = writeAll(client, new Uint8Array(REST))
    .then(() => client.closeWrite());
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  await readToEnd(server);
  await sending;
  return client.localAddr.port;
}

/** A segment of the server, and the window in it. */
export interface Advertised {
  /** Milliseconds since the client's SYN. */
  atMs: number;
  /** The acknowledgment number, counted from the client's SYN. */
  ack: number;
  /** The 16 bits of the window field. */
  field: number;
  /** The window in bytes: the field, scaled. */
  window: number;
  /** The first byte that the server has no room for: `ack` + `window`. */
  edge: number;
  /** Whether it answers a probe. */
  isAnswer: boolean;
}

/** The part of the capture that shows flow control. */
export interface FlowControl {
  syn: TcpHeader;
  synAck: TcpHeader;
  /** The server's window scale: its windows count by 2 to this power. */
  shift: number;
  /** The server's windows after the handshake. */
  windows: Advertised[];
  /**
   * The index in `windows` of the first zero, and of the first nonzero after
   * it.
   */
  zeroAt: number;
  openAt: number;
  /** The segments that the client sent while the window was 0. */
  probes: { atMs: number; bytes: number; isOld: boolean }[];
}

/**
 * Finds the windows and the probes among captured packets.
 *
 * @param packets The packets of {@linkcode starve}.
 * @returns What they show, or `undefined` if a part is missing.
 */
export function flowControlOf(packets: Packet[]): FlowControl | undefined {
  const conversations = new Conversations();
  const windows: Advertised[] = [];
  const probes: FlowControl["probes"] = [];
  const syns: TcpHeader[] = [];
  let sent = 1;
  let isProbed = false;
  for (const packet of packets) {
    const segment = conversations.add(packet);
    if (segment === null || packet.tcp === null || packet.time === null) {
      continue;
    }
    if (packet.tcp.flags.syn) {
      syns.push(packet.tcp);
      continue;
    }
    const atMs = elapsedMs(segment.conversation.start!, packet.time);
    if (segment.from === "server") {
      const advertised = advertisedIn(packet.tcp, segment);
      if (advertised) {
        const isAnswer = isProbed && advertised.window === 0;
        windows.push({ ...advertised, atMs, isAnswer });
      }
      isProbed = false;
      continue;
    }
    const { relativeSequence } = segment;
    isProbed = windows.at(-1)?.window === 0;
    if (isProbed) {
      const isOld = relativeSequence < sent;
      probes.push({ atMs, bytes: packet.payloadBytes, isOld });
    }
    sent = Math.max(sent, relativeSequence + packet.payloadBytes);
  }
  const shift = conversations.list.at(0)?.server.windowShift ?? null;
  const zeroAt = windows.findIndex(({ window }) => window === 0);
  const openAt = windows.findIndex(({ window }, i) => i > zeroAt && window > 0);
  const isWhole = syns.length === 2 && zeroAt >= 0 && openAt > zeroAt &&
    probes.some(({ atMs }) => atMs < windows[openAt].atMs);
  if (!isWhole || shift === null) return undefined;
  const [syn, synAck] = syns;
  return { syn, synAck, shift, windows, zeroAt, openAt, probes };
}

function advertisedIn(tcp: TcpHeader, segment: TrackedSegment) {
  const { relativeAcknowledgment: ack, scaledWindow: window } = segment;
  if (ack === null || window === null) return undefined;
  return { ack, field: tcp.window, window, edge: ack + window };
}
