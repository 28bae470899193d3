import type { Datagram } from "./fake_socket.ts";
import type { ErrorClass } from "./probes.ts";
import type { Bytes } from "./stream_types.ts";
import type { Advice, EndlessAdvice } from "./trial.ts";

/** What an answer did in one run. */
export interface DatagramResult {
  /** What it returned. */
  value?: unknown;
  /** What it threw. */
  error?: unknown;
  /** What came of it: `"waiting"` if it still waits for a datagram. */
  then: "value" | "error" | "waiting";
  /** What it sent. */
  sent: Datagram[];
}

/** What a wrong result means: a text, or advice made from the result. */
export type DatagramAdvice =
  | string
  | ((result: DatagramResult) => string | Partial<Advice> | undefined);

/** A datagram that arrives. */
export interface Arriving {
  /** The bytes, or what makes them from the last datagram that was sent. */
  message: Bytes | ((sent: Uint8Array) => Bytes);
  /** Whose address is on it. */
  from: Deno.Addr;
  /**
   * How many datagrams the answer must have sent before; 0 for one that's
   * there already.
   *
   * @default 1
   */
  afterSends?: number;
}

/** One call, and what must come of it. */
export interface DatagramCase {
  /** What the check does, for the report. */
  step: string;
  /** What the answer is called with after the socket. */
  args: unknown[];
  /**
   * What it must send, in this order, and nothing else.
   *
   * @default nothing
   */
  sends?: { message: Bytes; to: Deno.Addr }[];
  /**
   * What arrives.
   *
   * @default nothing
   */
  arrives?: Arriving[];
  /** What each send fails with. */
  sendError?: Error;
  /** What it must return; anything goes if this isn't there. */
  returns?: unknown;
  /** The class of the error it must throw instead, or several. */
  throws?: ErrorClass | ErrorClass[];
  /** Whether it must still be waiting when all has arrived. */
  waits?: boolean;
  /** What it usually means if something else comes of it. */
  likely: DatagramAdvice;
  /** The heading in the README that explains it. */
  read?: string;
  /** What it means if the answer never gives control back. */
  ifEndless?: EndlessAdvice;
}

/** The answer, and what holds for all of its cases. */
export interface DatagramAnswer {
  /** The function's name. */
  name: string;
  /** Calls the answer. */
  // deno-lint-ignore no-explicit-any -- The arguments of the cases.
  call(socket: Deno.DatagramConn, ...args: any[]): Promise<unknown>;
  /** Makes of a result what is compared. */
  // deno-lint-ignore no-explicit-any -- The answer may give anything.
  see?: (value: any) => unknown;
  /** Makes of a datagram that was sent what is compared. */
  seeSent?: (message: Uint8Array) => unknown;
  /** A diagnosis that comes before that of the case. */
  explain?: (
    result: DatagramResult,
    due: DatagramCase,
  ) => string | Partial<Advice> | undefined;
  /**
   * Whether a receive may be left waiting after an error: then the caller closes
   * the socket.
   *
   * @default false
   */
  mayLeaveReceive?: boolean;
}
