import type { Datagram } from "./fake_socket.ts";
import type { ErrorClass } from "./probes.ts";
import type { Bytes } from "./stream_types.ts";
import type { Advice, EndlessAdvice } from "./trial.ts";

/** The result of one run. */
export interface DatagramResult {
  /** The returned value. */
  value?: unknown;
  /** The error that it threw. */
  error?: unknown;
  /** The way it ended: `"waiting"` if it's still waiting for a datagram. */
  then: "value" | "error" | "waiting";
  /** The datagrams that it sent. */
  sent: Datagram[];
}

/** The diagnosis of a wrong result: a text, or a function of the result. */
export type DatagramAdvice =
  | string
  | ((result: DatagramResult) => string | Partial<Advice> | undefined);

/** A datagram that arrives. */
export interface Arriving {
  /** The bytes, or a function that makes them from the last datagram sent. */
  message: Bytes | ((sent: Uint8Array) => Bytes);
  /** The sender's address. */
  from: Deno.Addr;
  /**
   * The number of datagrams that the answer must send before this one arrives;
   * 0 for one that has already arrived.
   *
   * @default 1
   */
  afterSends?: number;
}

/** One call, and its expected result. */
export interface DatagramCase {
  /** The step's text in the report: what the check does. */
  step: string;
  /** The arguments after the socket. */
  args: unknown[];
  /**
   * The datagrams that it must send, in this order, and no others.
   *
   * @default nothing
   */
  sends?: { message: Bytes; to: Deno.Addr }[];
  /**
   * The datagrams that arrive.
   *
   * @default nothing
   */
  arrives?: Arriving[];
  /** The error of each send. */
  sendError?: Error;
  /** The expected result; without this, any result is right. */
  returns?: unknown;
  /** The class of the error it should throw instead, or several. */
  throws?: ErrorClass | ErrorClass[];
  /** Whether it should still be waiting when everything has arrived. */
  waits?: boolean;
  /**
   * The same case with longer times, which is tried if this one fails: when the
   * machine pauses, a right answer may be too late.
   *
   * @default the case isn't tried again
   */
  slower?: DatagramCase;
  /** The likely cause of any other result, and what to do. */
  likely: DatagramAdvice;
  /** The heading in the README that explains it. */
  read?: string;
  /** The diagnosis if the answer blocks the event loop. */
  ifEndless?: EndlessAdvice;
}

/** The answer, and what applies to all of its cases. */
export interface DatagramAnswer {
  /** The function's name. */
  name: string;
  /** Calls the answer. */
  // deno-lint-ignore no-explicit-any -- The arguments of the cases.
  call(socket: Deno.DatagramConn, ...args: any[]): Promise<unknown>;
  /** Converts a result to the value that's compared. */
  // deno-lint-ignore no-explicit-any -- The answer may return anything.
  see?: (value: any) => unknown;
  /** Converts a sent datagram to the value that's compared. */
  seeSent?: (message: Uint8Array) => unknown;
  /** A diagnosis that takes precedence over the case's. */
  explain?: (
    result: DatagramResult,
    due: DatagramCase,
  ) => string | Partial<Advice> | undefined;
  /**
   * Whether a receive may be left waiting after an error, because the caller
   * then closes the socket.
   *
   * @default false
   */
  mayLeaveReceive?: boolean;
}
