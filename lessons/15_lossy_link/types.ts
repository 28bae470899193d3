/** How long a call waits, and how many attempts it makes. */
export interface CallOptions {
  /** How long to wait for the answer after each attempt, in milliseconds. */
  timeoutMs: number;
  /** How many times to send the question at most, an integer >= 1. */
  attempts: number;
}

/** Exercise 15.1: asks a question, several times if necessary. */
export type Call = (
  socket: Deno.DatagramConn,
  server: Deno.NetAddr,
  request: Uint8Array,
  options: CallOptions,
) => Promise<Uint8Array>;

/** Performs a request, and returns the data of the answer. */
export type Perform = (request: Uint8Array) => Uint8Array;

/** Exercise 15.2: the class of a server that performs no request twice. */
export type OnceOnlyClass = new (
  perform: Perform,
  options?: { maxRemembered?: number },
) => {
  handle(request: Uint8Array, from: Deno.NetAddr): Uint8Array;
};
