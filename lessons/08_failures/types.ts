/** What 8.1 asks for. */
export type ConnectWithin = (port: number, ms: number) => Promise<Deno.Conn>;

/** A connection with a deadline for each read. */
export interface TimedReading {
  read(ms: number): Promise<Uint8Array | null | "timeout">;
}

/** What 8.2 asks for. */
export type TimedReaderClass = new (conn: Deno.Conn) => TimedReading;

/** How often `retry` tries, and how long it waits. */
export interface RetryOptions {
  attempts: number;
  firstDelayMs: number;
}

/** What 8.3 asks for. */
export type Retry = <T>(
  attempt: () => Promise<T>,
  options: RetryOptions,
) => Promise<T>;
