import type { TrackedSegment } from "../wire/capture/conversation.ts";
import type { Packet } from "../wire/capture/packet.ts";
import { counted } from "./counted.ts";
import type { Bar, ShowEvent, ShowEventBody } from "./events.ts";
import { headerContext, type HeaderLayer } from "./header_box.ts";
import type { DiagramSegment, SegmentNumbers } from "./segment_diagram.ts";
import { formatEnd } from "./packet_line.ts";
import { escapeControls } from "./escape_controls.ts";
import { printable, truncateVisible } from "./text.ts";

/** The longest note, in columns. */
const MAX_NOTE = 400;

/** An arrow's content, and the calls at its two ends. */
export interface ArrowOptions {
  /** The bytes to show on the arrow, as text with their number. */
  data?: Uint8Array;
  /** The text to show on the arrow instead of bytes. */
  label?: string;
  /** The call that sent it, with its result: `write() took 5`. */
  sent?: string;
  /** The call that received it, with its result: `read() returned 5`. */
  received?: string;
}

/** Options for showing the headers of a packet. */
export interface ShowHeadersOptions {
  /**
   * The headers to show, if the packet has them.
   *
   * @default {["ip", "tcp", "udp", "icmp"]}
   */
  layers?: HeaderLayer[];
  /**
   * The packet as part of its conversation, for relative numbers and the scaled
   * window.
   */
  segment?: TrackedSegment | null;
}

/** Options for showing segments. */
export interface ShowSegmentsOptions {
  /**
   * The kind of numbers to show on the arrows.
   *
   * @default {"relative"}
   */
  numbers?: SegmentNumbers;
  /**
   * The name of the client.
   *
   * @default {"client"}
   */
  client?: string;
  /**
   * The name of the server.
   *
   * @default {"server"}
   */
  server?: string;
}

/** A socket that knows its own address. */
export type NamedSocket = { addr: Deno.Addr } | { localAddr: Deno.Addr };

/** Options for a {@linkcode Narrator}. */
export interface NarratorOptions {
  /**
   * Asks the reader for a prediction.
   *
   * @param question The question.
   * @returns The reader's answer, or an empty string.
   * @default the lesson continues at once
   */
  ask?: (question: string) => Promise<string>;
}

/**
 * The object to which a lesson reports its story.
 *
 * A lesson doesn't print. It reports each thing as it happens, and each report
 * becomes an event with its time. So the same run can be printed, written as
 * JSON, recorded by a test, or put on one timeline with system calls and
 * packets.
 *
 * @example Recording a lesson's events
 * ```ts
 * import { Narrator } from "./narrator.ts";
 * import type { ShowEvent } from "./events.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const events: ShowEvent[] = [];
 * const show = new Narrator((event) => events.push(event));
 * show.step("A server listens");
 * show.fact("address", "127.0.0.1:7000");
 * assertEquals(events.map(({ kind }) => kind), ["step", "fact"]);
 * ```
 */
export class Narrator {
  readonly #tell: (event: ShowEvent) => void;
  readonly #ask?: NarratorOptions["ask"];
  readonly #startedAt = performance.now();
  #pausedMs = 0;
  #steps = 0;
  #prediction = "";

  /**
   * Creates a narrator, whose clock starts now.
   *
   * @param tell A function that receives each event, in order.
   * @param options The function that asks for a prediction.
   */
  constructor(
    tell: (event: ShowEvent) => void,
    options: NarratorOptions = {},
  ) {
    this.#tell = tell;
    this.#ask = options.ask;
  }

  /**
   * Starts the lesson.
   *
   * @param lesson The lesson's number, its title, and the claim that it proves.
   */
  lesson(lesson: { number: number; title: string; claim: string }): void {
    const { number, title, claim } = lesson;
    const startedAtMs = performance.timeOrigin + this.#startedAt;
    this.#emit({ kind: "lesson", number, title, claim, startedAtMs });
  }

  /**
   * Starts the next step, which gets the next number.
   *
   * @param title The step's title.
   */
  step(title: string): void {
    this.recall();
    this.#emit({ kind: "step", number: ++this.#steps, title });
  }

  /**
   * Adds a paragraph of narration.
   *
   * @param text The paragraph, on one line; it's wrapped when printed.
   */
  say(text: string): void {
    this.#emit({ kind: "say", text });
  }

  /**
   * Asks for a prediction, and waits for it if the run is interactive. The
   * clock stops while it waits.
   *
   * @param question The question to answer before reading on.
   */
  async predict(question: string): Promise<void> {
    this.recall();
    this.#emit({ kind: "predict", question });
    if (this.#ask === undefined) return;
    const pausedAt = performance.now();
    this.#prediction = (await this.#ask(question)).trim();
    this.#pausedMs += performance.now() - pausedAt;
  }

  /** Repeats the last prediction, next to the result. */
  recall(): void {
    const text = this.#prediction;
    this.#prediction = "";
    if (text !== "") this.#emit({ kind: "predicted", text });
  }

  /**
   * Shows a measured fact.
   *
   * @param name The fact's name.
   * @param value The fact's value.
   */
  fact(name: string, value: string | number): void {
    this.#emit({ kind: "fact", name, value: String(value) });
  }

  /**
   * Shows a command to copy to another terminal. It stays on one line, however
   * long it is.
   *
   * @param name The program.
   * @param line The whole command.
   */
  command(name: string, line: string): void {
    this.#emit({ kind: "fact", name, value: line, isCommand: true });
  }

  /**
   * Shows bytes, in hexadecimal and as text.
   *
   * @param name The name of the bytes.
   * @param data The bytes.
   */
  bytes(name: string, data: Uint8Array): void {
    this.#emit({ kind: "bytes", name, hex: data.toHex() });
  }

  /**
   * Compares measurements with bars, each with its ratio to the smallest one.
   * The values of a `series` in time get no ratios.
   *
   * @param title The quantity that was measured.
   * @param options The unit, and the values in the order to show them.
   */
  bars(
    title: string,
    options: { unit: string; bars: Bar[]; series?: boolean },
  ): void {
    this.#emit({ kind: "bars", title, ...options });
  }

  /**
   * Shows a table.
   *
   * @param columns The names of the columns.
   * @param rows The rows, with a cell for each column.
   */
  table(columns: string[], rows: string[][]): void {
    this.#emit({ kind: "table", columns, rows });
  }

  /**
   * Shows the headers of a packet as boxes, with all their values.
   *
   * @param title A title that says which packet it is.
   * @param packet The decoded packet.
   * @param options The headers to show, and the packet's conversation.
   */
  headers(
    title: string,
    packet: Packet,
    options: ShowHeadersOptions = {},
  ): void {
    const { segment = null } = options;
    const { layers = ["ip", "tcp", "udp", "icmp"] } = options;
    const { bytes, payload, quoted, checksum, ipChecksum } = packet;
    const start = packet.ipStart;
    // The headers that an ICMP error quotes are its payload.
    const size = quoted === null ? 0 : payload.length;
    const end = payload.byteOffset - bytes.byteOffset + size;
    this.#emit({
      kind: "headers",
      title,
      hex: bytes.subarray(start, end).toHex(),
      originalLength: packet.originalLength - start,
      checksum,
      ipChecksum,
      layers,
      context: segment === null ? {} : headerContext(segment),
    });
  }

  /**
   * Shows the segments of a connection as a sequence diagram.
   *
   * @param segments The segments, each from `diagramSegment()`.
   * @param options The kind of numbers to show, and the names of the two ends.
   */
  segments(
    segments: DiagramSegment[],
    options: ShowSegmentsOptions = {},
  ): void {
    const { numbers = "relative" } = options;
    const { client = "client", server = "server" } = options;
    this.#emit({ kind: "segments", client, server, numbers, segments });
  }

  /**
   * Names sockets for X-ray, which shows the names instead of addresses. The
   * lesson's own output doesn't show them.
   *
   * @param sockets The sockets by their names.
   */
  sockets(sockets: Record<string, NamedSocket>): void {
    for (const [lane, socket] of Object.entries(sockets)) {
      const address = "addr" in socket ? socket.addr : socket.localAddr;
      const endpoint = "hostname" in address
        ? formatEnd(address.hostname, address.port)
        : "path" in address
        ? address.path
        : undefined;
      // A Unix socket that connects has no path.
      if (endpoint) this.#emit({ kind: "endpoint", lane, endpoint });
    }
  }

  /**
   * Reports something that just happened while a server is running.
   *
   * A client chooses some of these words. So whatever a terminal would obey is
   * escaped, and a long line is cut.
   *
   * @param text One line.
   */
  note(text: string): void {
    const some = escapeControls(text.slice(0, MAX_NOTE + 1));
    this.#emit({ kind: "note", text: truncateVisible(some, MAX_NOTE) });
  }

  /**
   * Starts a sequence diagram, which lasts until the next event of any other
   * kind.
   *
   * @param left The lane on the left, usually the client.
   * @param right The lane on the right, usually the server.
   * @returns The diagram, to report what each side does.
   */
  lanes(left: string, right: string): Lanes {
    this.#emit({ kind: "lanes", left, right });
    return new Lanes((event) => this.#emit(event));
  }

  #emit(event: ShowEventBody): void {
    const atMs = performance.now() - this.#startedAt - this.#pausedMs;
    this.#tell({ atMs, ...event });
  }
}

/** A sequence diagram of two lanes, reported as it happens. */
export class Lanes {
  readonly #emit: (event: ShowEventBody) => void;

  /**
   * Creates a diagram. Call {@linkcode Narrator.lanes} instead.
   *
   * @param emit Receives the diagram's events.
   */
  constructor(emit: (event: ShowEventBody) => void) {
    this.#emit = emit;
  }

  /**
   * Shows the address of a lane's socket above the diagram.
   *
   * @param lane The lane's name.
   * @param endpoint Its address: `127.0.0.1:7000`.
   */
  at(lane: string, endpoint: string): void {
    this.#emit({ kind: "endpoint", lane, endpoint });
  }

  /**
   * Reports a call that doesn't send anything to the other side.
   *
   * @param lane The lane's name.
   * @param call The call, with its result.
   */
  call(lane: string, call: string): void {
    this.#emit({ kind: "call", lane, call });
  }

  /**
   * Reports data or a message that went from one side to the other. Call this
   * when it has arrived, so that the time and the arrow are right.
   *
   * @param way The lane that it came from, and the lane that it went to.
   * @param options The content, and the calls at both ends.
   */
  arrow(way: { from: string; to: string }, options: ArrowOptions): void {
    const { data, label, sent = "", received = "" } = options;
    this.#emit({
      kind: "arrow",
      from: way.from,
      to: way.to,
      label: label ?? (data === undefined ? "" : bytesLabel(data)),
      sent,
      received,
    });
  }
}

function bytesLabel(data: Uint8Array): string {
  return `${counted(data.length, "byte")} ${printable(data, { max: 20 })}`;
}
