/** A server's WebSocket under test, and the client at its other end. */
import { WebSocketError, WebSocketParser } from "../../../lib/wire/mod.ts";
import {
  FakeConn,
  type FakeConnOptions,
  settle,
  shown,
  type TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { FrameReader } from "../solution.ts";
import type {
  CloseReason,
  DataMessage,
  Message,
  ServerSocketClass,
  WebSocketEnd,
} from "../types.ts";
import { READ } from "./headings.ts";

/** A diagnosis, and where to read on. */
export interface Advice {
  likely: string;
  read?: string;
}

/** The options of a {@linkcode TestSocket}. */
export interface TestSocketOptions extends FakeConnOptions {
  /**
   * How long the client has to send its Close frame. With `null`, the answer
   * gets no such option.
   *
   * @default {LONG_MS}
   */
  graceMs?: number | null;
  /** Called for each message, after it was noted. */
  onMessage?: (message: DataMessage) => void | Promise<void>;
  /** What `onMessage` throws, so that `run` must, too. */
  thrown?: Error;
}

/** Long enough that an answer which waits for it stalls. */
const LONG_MS = 60_000;

/** One WebSocket, over a connection that the check controls. */
export class TestSocket {
  readonly #trial: Trial;
  readonly #timers: TimerWatch;
  readonly #running: Promise<CloseReason | Error>;
  readonly #thrown?: Error;
  /** The server's end of the connection. */
  readonly conn: FakeConn;
  /** The answer. */
  readonly socket: WebSocketEnd;
  /** The messages that `onMessage` was called with. */
  readonly messages: DataMessage[] = [];

  /** Opens a connection, and starts `run()`. */
  constructor(
    ServerSocket: ServerSocketClass,
    trial: Trial,
    timers: TimerWatch,
    options: TestSocketOptions = {},
  ) {
    const { graceMs = LONG_MS, onMessage, thrown, ...fake } = options;
    this.#trial = trial;
    this.#thrown = thrown;
    this.#timers = timers;
    const onMove = () => trial.progress();
    this.conn = trial.use(new FakeConn({ then: "silence", ...fake, onMove }));
    const reader = new FrameReader(this.conn);
    this.socket = graceMs === null
      ? new ServerSocket(this.conn, reader)
      : new ServerSocket(this.conn, reader, { graceMs });
    this.#running = trial.start("run", () =>
      this.socket.run((message) => {
        this.messages.push(message);
        return onMessage?.(message);
      }).catch((error) => {
        if (error !== thrown || thrown === undefined) throw error;
        return thrown;
      }), (error) => ({
        problem: `run() threw ${trial.describe(error)}.`,
        likely:
          "However the WebSocket ends, run() resolves: with the client's " +
          "code, with that of a CloseError, or with 1006. It throws only what " +
          "onMessage throws, the same error.",
        read: READ.closing,
      }));
  }

  /** Lets frames of the client arrive. */
  receives(...frames: Uint8Array[]): void {
    for (const frame of frames) this.conn.peerSends(frame);
  }

  /** All frames that the answer has sent. */
  get frames(): Message[] {
    const parser = new WebSocketParser({ from: "server" });
    const frames: Message[] = [];
    // The parser takes nothing after a Close frame, so each call makes one.
    parser.push(this.conn.written);
    try {
      for (let one = parser.next(); one !== null; one = parser.next()) {
        frames.push(one);
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.#trial.fail({
        problem: `What was sent isn't a valid frame: ${error.message}.`,
        ...invalidAdvice(error),
      });
    }
    return frames;
  }

  /** The number of bytes after the first Close frame. It must be 0. */
  get bytesAfterClose(): number {
    const { written } = this.conn;
    const at = closeAt(written);
    return at === undefined ? 0 : written.length - at;
  }

  /**
   * Waits until the answer has sent as many frames as these, and requires
   * these.
   */
  async sends(due: Message[], advice: Advice): Promise<void> {
    const isThere = () => this.conn.closed || this.frames.length >= due.length;
    await this.#trial.waitFor(this.conn.until(isThere), {
      waitingFor: () =>
        `${due.length} frames to be sent (${this.frames.length} are)`,
      ...advice,
    });
    await this.hasSent(due, advice);
  }

  /** Requires that just these frames were sent, and nothing after a Close. */
  async hasSent(due: Message[], advice: Advice): Promise<void> {
    await settle();
    const after = this.bytesAfterClose;
    if (after > 0) {
      this.#trial.fail({
        problem: `After your Close frame, ${after} more bytes were sent.`,
        likely:
          "A Close frame is the last one: no message follows it, no pong, " +
          "and no second Close. Remember that you've sent one, and look at that " +
          "before each frame.",
        read: READ.closing,
      });
    }
    const { frames } = this;
    this.#trial.equal(frames, due, {
      problem: "The frames sent aren't those that are due.",
      ...advice,
    });
  }

  /**
   * Requires that the answer ends its side, while the client's is still open.
   */
  async endsItsSide(): Promise<void> {
    const { conn } = this;
    const isEnded = () => conn.writeEnded || conn.closed;
    await this.#trial.waitFor(conn.until(isEnded), {
      waitingFor: "your side of the TCP connection to end",
      likely:
        "Both Close frames have been sent, or the client's will never arrive. " +
        "Now the server closes TCP: closeGracefully(conn) closes your write " +
        "side at once. If you wait for the client to do it first, you wait " +
        "forever: it waits for you.",
      read: READ.closing,
    });
    const { unread } = conn;
    if (conn.closed && unread > 0) {
      this.#trial.fail({
        problem: `You closed the connection with ${unread} bytes unread.`,
        likely:
          "close() with unread input sends RST, which can destroy your Close " +
          "frame before the client has read it (lesson 7). Use " +
          "closeGracefully(conn), which reads on until the client has closed " +
          "its write side.",
        read: READ.closing,
      });
    }
  }

  /** Requires that the connection is still open. */
  async isOpen(likely: string): Promise<void> {
    await settle();
    if (!this.conn.closed && !this.conn.writeEnded) return;
    this.#trial.fail({
      problem: "You closed the TCP connection too early.",
      likely,
      read: READ.closing,
    });
  }

  /**
   * Ends the client's side, if that's open, and requires how `run` ends: with
   * what `onMessage` threw, unless a code and a reason are due.
   */
  async ends(due: CloseReason | undefined, advice: Advice): Promise<void> {
    if (!this.conn.closed) this.conn.peerEnds();
    const reason = await this.#trial.waitFor(this.#running, {
      waitingFor: "run() to resolve",
      likely:
        "The client has closed its write side, too, and nothing more will " +
        "arrive: close the connection, and return.",
      read: READ.closing,
    });
    if (due !== undefined || reason !== this.#thrown) {
      this.#trial.equal(reason, due ?? this.#thrown, {
        problem: due === undefined
          ? "run() resolved, although onMessage failed."
          : "run() resolved with the wrong code or reason.",
        ...advice,
      });
    }
    if (!this.conn.closed) {
      this.#trial.fail({
        problem: "run() has resolved, and the connection is still open.",
        likely: "Close it before run() returns, whatever the reason: nothing " +
          "else will.",
        read: READ.closing,
      });
    }
    if (this.#timers.runningCount > 0) {
      this.#trial.fail({
        problem: "run() has resolved, and a timer is still running.",
        likely:
          "The timer of `graceMs` keeps the program alive. Clear it when the " +
          "connection has closed.",
        read: READ.closing,
      });
    }
  }

  /** Requires that these messages were passed on, and no others. */
  async passesOn(due: DataMessage[], advice: Advice): Promise<void> {
    const isThere = () =>
      this.conn.closed || this.messages.length >= due.length &&
        this.conn.pendingReads > 0;
    await this.#trial.waitFor(this.conn.until(isThere), {
      waitingFor: () =>
        `onMessage to be called ${due.length} times (it was ` +
        `${this.messages.length} times)`,
      ...advice,
    });
    await settle();
    if (this.messages.length === due.length) {
      return this.#trial.equal(this.messages, due, {
        problem: "onMessage got something else than the client sent.",
        ...advice,
      });
    }
    this.#trial.fail({
      problem: `onMessage was called ${this.messages.length} times, where ` +
        `${due.length} were due.`,
      expected: shown(due, 200),
      received: shown(this.messages, 200),
      ...advice,
    });
  }
}

/** Explains frames that can't be read. */
function invalidAdvice({ expected, code }: WebSocketError): Advice {
  const mixed =
    "If two writes are under way at once, and each takes only a part, frames mix: " +
    "let one loop, or a SendQueue, do all writes.";
  if (code === 1007) {
    return {
      likely:
        "A text isn't UTF-8. Send bytes in a binary frame, with opcode 2. " +
        mixed,
      read: READ.frame,
    };
  }
  if (/mask/.test(expected)) {
    return {
      likely:
        "A server doesn't mask its frames: call encodeFrame() without a " +
        "mask.",
      read: READ.masks,
    };
  }
  if (/found (1005|1006|1015)$/.test(expected)) {
    return {
      likely:
        "1005 and 1006 are never sent: they only tell a program that no code " +
        "arrived, or no Close frame. If a Close frame has no code, answer " +
        "with one that has none either.",
      read: READ.closing,
    };
  }
  if (/a code/.test(expected)) {
    return {
      likely:
        "A close code is two bytes, in big-endian: `code >> 8`, and then " +
        "`code & 0xff`.",
      read: READ.closing,
    };
  }
  return { likely: `Send whole frames, one after the other. ${mixed}` };
}

/**
 * Returns where the first Close frame of a server ends. Frames here are short.
 */
function closeAt(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes[at + 1];
    const long = short === 126 ? bytes[at + 2] << 8 | bytes[at + 3] : short;
    const end = at + (short === 126 ? 4 : 2) + long;
    if (bytes[at] === 0x88) return end;
    at = end;
  }
  return undefined;
}
