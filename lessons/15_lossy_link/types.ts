/** How long a call waits, and how often it asks. */
export interface CallOptions {
  /** How long to wait for the answer after each attempt, in milliseconds. */
  timeoutMs: number;
  /** How often to send the question at most, an integer >= 1. */
  attempts: number;
}

/** The type of 15.1. */
export type Call = (
  socket: Deno.DatagramConn,
  server: Deno.NetAddr,
  request: Uint8Array,
  options: CallOptions,
) => Promise<Uint8Array>;

/** Does what a request asks for, and returns the data of the answer. */
export type Perform = (request: Uint8Array) => Uint8Array;

/** The type of 15.2. */
export type OnceOnlyClass = new (
  perform: Perform,
  options?: { maxRemembered?: number },
) => {
  handle(request: Uint8Array, from: Deno.NetAddr): Uint8Array;
};
