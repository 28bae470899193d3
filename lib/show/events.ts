import type { ChecksumVerdict } from "../wire/ip/verdict.ts";
import type { HeaderContext, HeaderLayer } from "./header_box.ts";
import type { DiagramSegment, SegmentNumbers } from "./segment_diagram.ts";

/** One thing that a lesson shows. `kind` says which other fields there are. */
export type ShowEvent = Timed & ShowEventBody;

/** What every event has. */
export interface Timed {
  /** Milliseconds since the lesson began, measured when the thing happened. */
  atMs: number;
}

/** A {@linkcode ShowEvent} before it has its time. */
export type ShowEventBody =
  /** The title of the lesson, and the sentence that it proves. */
  | {
    kind: "lesson";
    number: number;
    title: string;
    claim: string;
    /** When `atMs` was 0, in milliseconds since 1970. */
    startedAtMs: number;
  }
  /** A new step, numbered from 1. */
  | { kind: "step"; number: number; title: string }
  /** A paragraph of narration. */
  | { kind: "say"; text: string }
  /** A question to answer before reading on. */
  | { kind: "predict"; question: string }
  /** What the reader predicted, repeated after what happened. */
  | { kind: "predicted"; text: string }
  /** Something measured: a name and its value. */
  | {
    kind: "fact";
    name: string;
    value: string;
    /** Whether the value is to be copied, and must stay on one line. */
    isCommand?: true;
  }
  /** Bytes, as hexadecimal digits, two a byte. */
  | { kind: "bytes"; name: string; hex: string }
  /** A sequence diagram begins, with the names of its two lanes. */
  | { kind: "lanes"; left: string; right: string }
  /** Where a lane's socket is: `127.0.0.1:7000`. */
  | { kind: "endpoint"; lane: string; endpoint: string }
  /** Something that one lane did by itself. */
  | { kind: "call"; lane: string; call: string }
  /** Something that went from one lane to the other. */
  | {
    kind: "arrow";
    from: string;
    to: string;
    /** What is written on the arrow. */
    label: string;
    /** The call that sent it. */
    sent: string;
    /** The call that received it. */
    received: string;
  }
  /** Measurements of one kind, to be compared by length. */
  | {
    kind: "bars";
    /** What was measured. */
    title: string;
    /** What each value counts: `µs`. */
    unit: string;
    bars: Bar[];
    /** Whether the values follow each other in time. */
    series?: boolean;
  }
  /** Rows of cells under the names of their columns. */
  | { kind: "table"; columns: string[]; rows: string[][] }
  /** The headers of a packet, to be drawn as boxes. */
  | {
    kind: "headers";
    /** Which packet it is. */
    title: string;
    /** The headers from that of IP on, as hexadecimal digits, two a byte. */
    hex: string;
    /** Bytes on the wire, from the IP header on. */
    originalLength: number;
    /** The verdict on the checksum of TCP or UDP. */
    checksum: ChecksumVerdict;
    /** The verdict on the checksum of the IPv4 header. */
    ipChecksum: ChecksumVerdict;
    /** Which headers to draw. */
    layers: HeaderLayer[];
    /** What the rest of the connection says about them. */
    context: HeaderContext;
  }
  /** The segments of a connection, to be drawn as a sequence diagram. */
  | {
    kind: "segments";
    /** The name of the client. */
    client: string;
    /** The name of the server. */
    server: string;
    /** Which numbers to write on the arrows. */
    numbers: SegmentNumbers;
    segments: DiagramSegment[];
  }
  /** A line about something that happened just now, while a server is up. */
  | { kind: "note"; text: string };

/** One measurement among others of its kind. */
export interface Bar {
  /** Of what it was taken. */
  name: string;
  /** What it came to, at least 0. */
  value: number;
  /**
   * A limit to mark in this bar's row with `│`, at least 0.
   *
   * @default {undefined} no mark
   */
  mark?: number;
}
