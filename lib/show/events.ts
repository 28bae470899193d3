import type { ChecksumVerdict } from "../wire/ip/verdict.ts";
import type { HeaderContext, HeaderLayer } from "./header_box.ts";
import type { DiagramSegment, SegmentNumbers } from "./segment_diagram.ts";

/** One event that a lesson shows. `kind` says which other fields it has. */
export type ShowEvent = Timed & ShowEventBody;

/** The field that every event has. */
export interface Timed {
  /** The time of the event, in milliseconds since the lesson started. */
  atMs: number;
}

/** A {@linkcode ShowEvent} before it has its time. */
export type ShowEventBody =
  /** The lesson's title, and the claim that it proves. */
  | {
    kind: "lesson";
    number: number;
    title: string;
    claim: string;
    /** The time when `atMs` was 0, in milliseconds since 1970. */
    startedAtMs: number;
  }
  /** A new step, numbered from 1. */
  | { kind: "step"; number: number; title: string }
  /** A paragraph of narration. */
  | { kind: "say"; text: string }
  /** A question to answer before reading on. */
  | { kind: "predict"; question: string }
  /** The reader's prediction, repeated after the result. */
  | { kind: "predicted"; text: string }
  /** A measured fact: a name and its value. */
  | {
    kind: "fact";
    name: string;
    value: string;
    /** Whether the value is meant to be copied and must stay on one line. */
    isCommand?: true;
  }
  /** Bytes, as two hexadecimal digits each. */
  | { kind: "bytes"; name: string; hex: string }
  /** A sequence diagram begins, with the names of its two lanes. */
  | { kind: "lanes"; left: string; right: string }
  /** The address of a lane's socket, such as `127.0.0.1:7000`. */
  | { kind: "endpoint"; lane: string; endpoint: string }
  /** A call in one lane that doesn't send anything to the other. */
  | { kind: "call"; lane: string; call: string }
  /** Data or a message that went from one lane to the other. */
  | {
    kind: "arrow";
    from: string;
    to: string;
    /** The arrow's label. */
    label: string;
    /** The call that sent it. */
    sent: string;
    /** The call that received it. */
    received: string;
  }
  /** Measurements to compare as bars. */
  | {
    kind: "bars";
    /** The quantity that was measured. */
    title: string;
    /** The unit of the values, such as `µs`. */
    unit: string;
    bars: Bar[];
    /** Whether the values are a series in time. */
    series?: boolean;
  }
  /** A table: the names of the columns, and rows of cells. */
  | { kind: "table"; columns: string[]; rows: string[][] }
  /** The headers of a packet, drawn as boxes. */
  | {
    kind: "headers";
    /** The title, which says which packet it is. */
    title: string;
    /**
     * The headers, from the IP header on, as two hexadecimal digits per byte.
     */
    hex: string;
    /** The size on the wire, from the IP header on, in bytes. */
    originalLength: number;
    /** The verdict on the checksum of TCP or UDP. */
    checksum: ChecksumVerdict;
    /** The verdict on the checksum of the IPv4 header. */
    ipChecksum: ChecksumVerdict;
    /** The headers to draw. */
    layers: HeaderLayer[];
    /**
     * The facts about the headers that follow from the rest of the connection.
     */
    context: HeaderContext;
  }
  /** The segments of a connection, drawn as a sequence diagram. */
  | {
    kind: "segments";
    /** The name of the client. */
    client: string;
    /** The name of the server. */
    server: string;
    /** The kind of numbers on the arrows. */
    numbers: SegmentNumbers;
    segments: DiagramSegment[];
  }
  /** A line about something that just happened, while a server is up. */
  | { kind: "note"; text: string };

/** One measurement among comparable ones. */
export interface Bar {
  /** The thing that was measured. */
  name: string;
  /** The value, at least 0. */
  value: number;
  /**
   * A limit to mark in this bar's row with `│`, at least 0.
   *
   * @default {undefined} no mark
   */
  mark?: number;
}
