/** The types of the answers to lesson 8. */

/** 8.1 */
export type ConnectWithin = (port: number, ms: number) => Promise<Deno.Conn>;

/** Reads from a connection with a timeout for each read. */
export interface TimedReading {
  read(ms: number): Promise<Uint8Array | null | "timeout">;
}

/** 8.2 */
export type TimedReaderClass = new (conn: Deno.Conn) => TimedReading;

/** How many attempts `retry` makes, and how long it waits. */
export interface RetryOptions {
  attempts: number;
  firstDelayMs: number;
}

/** 8.3 */
export type Retry = <T>(
  attempt: () => Promise<T>,
  options: RetryOptions,
) => Promise<T>;
