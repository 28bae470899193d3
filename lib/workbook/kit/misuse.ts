/**
 * Calls that a real socket would reject or misunderstand: a string instead of
 * bytes, a promise used as a number.
 *
 * @module
 */

/** The learner's code used a socket in a way that can't work. */
export class Misuse extends TypeError {
  /** The advice: what to do instead. */
  readonly advice: string;

  /**
   * Creates the error and reports it to the running check, because the
   * learner's code may catch it.
   *
   * @param message The mistake: what the code did.
   * @param advice The advice: what to do instead.
   */
  constructor(message: string, advice: string) {
    super(message);
    this.name = "TypeError";
    this.advice = advice;
    for (const listener of listeners) listener(this);
  }
}

const listeners = new Set<(misuse: Misuse) => void>();

/**
 * Listens for every misuse.
 *
 * @param listener A function that's called with each misuse.
 * @returns A function that removes the listener.
 */
export function onMisuse(listener: (misuse: Misuse) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Requires that the learner's code passes bytes to a socket.
 *
 * @param call The call, for the message: `"conn.write"`.
 * @param data The argument.
 * @throws {Misuse} If the argument isn't a `Uint8Array`.
 */
export function requireBytes(
  call: string,
  data: unknown,
): asserts data is Uint8Array {
  if (data instanceof Uint8Array) return;
  const name = describe(data);
  if (/read|receive/.test(call)) {
    throw new Misuse(
      `You passed ${name} to ${call}(), which takes a buffer`,
      `Pass ${call}() a buffer to fill, such as new Uint8Array(4096).`,
    );
  }
  throw new Misuse(
    `You passed ${name} to ${call}(), which takes bytes`,
    typeof data === "string"
      ? "A socket takes bytes (a Uint8Array), not text: encode it first, with " +
        "new TextEncoder().encode(text)."
      : data instanceof Promise
      ? "The promise resolves to the bytes later: `await` it first."
      : "A socket takes bytes, as a Uint8Array.",
  );
}

/**
 * Detects code that uses the promise of a call as if it were the result.
 *
 * @param call The call, for the message: `"conn.read"`.
 * @param promise The promise that the call returns.
 * @returns The same promise.
 */
export function awaited<V>(call: string, promise: Promise<V>): Promise<V> {
  function use(): never {
    throw new Misuse(
      `You used the promise that ${call}() returned as if it were the result`,
      `${call}() returns a promise. Write \`await ${call}(…)\` to get the ` +
        "result.",
    );
  }
  // As a number, as text, or as a list: `const [bytes] = socket.receive()`.
  return Object.assign(promise, {
    [Symbol.toPrimitive]: use,
    [Symbol.iterator]: use,
  });
}

/** The most pending calls of one kind on one socket. */
const MAX_PENDING = 1000;

/**
 * Stops code that repeats a call without awaiting it, which would block the
 * event loop.
 *
 * @param call The call, for the message.
 * @param pending The number of pending calls.
 * @throws {Misuse} If there are too many.
 */
export function requireFewPending(call: string, pending: number): void {
  if (pending < MAX_PENDING) return;
  throw new Misuse(
    `${MAX_PENDING} calls of ${call}() were waiting at once`,
    `${call}() returns a promise, which is never null, so a loop that ` +
      `doesn't await it never ends. Write \`await ${call}(…)\`.`,
  );
}

/** The most consecutive calls that can't move any bytes. */
const MAX_EMPTY_CALLS = 100;

/**
 * Stops code that keeps reading into an empty buffer.
 *
 * @param emptyReads The number of consecutive reads with an empty buffer.
 * @throws {Misuse} If there are too many.
 */
export function requireRoom(emptyReads: number): void {
  if (emptyReads < MAX_EMPTY_CALLS) return;
  throw new Misuse(
    `You passed an empty buffer to conn.read() ${MAX_EMPTY_CALLS} times in ` +
      "a row",
    "A read into an empty buffer returns 0, never null. `new Uint8Array()` " +
      "makes an empty buffer: give it a size, as in new Uint8Array(4096). A " +
      "full buffer's subarray(count) is empty, too: no size is enough for " +
      "everything a peer may send, so empty the buffer after each read. A " +
      "subarray() that ends where it begins is empty, too: its second " +
      "argument is where the part ends, not how long it is.",
  );
}

/**
 * Stops code that keeps writing no bytes.
 *
 * @param emptyWrites The number of consecutive writes of no bytes.
 * @throws {Misuse} If there are too many.
 */
export function requireData(emptyWrites: number): void {
  if (emptyWrites < MAX_EMPTY_CALLS) return;
  throw new Misuse(
    `You passed no bytes to conn.write() ${MAX_EMPTY_CALLS} times in a row`,
    "Stop when there's nothing left to write: you've written everything, " +
      "or read() returned null, the end of the stream. If bytes are left, " +
      "look at how you cut them: the second argument of subarray() and " +
      "slice() is where the part ends, not how long it is.",
  );
}

/** The most bytes that any answer has a reason to write to a simulated peer. */
const MAX_WRITTEN = 16 * 1024 * 1024;
/** The most calls of `write` for that. */
const MAX_WRITES = 200_000;

/** What has been written to a connection. */
export interface Written {
  /** How many bytes it took so far. */
  bytes: number;
  /** How many writes it took so far. */
  writes: number;
  /** The most bytes that the answer has to write. */
  most?: number;
}

/**
 * Stops code that writes without end. Bytes keep moving then, so it never
 * stalls, and without this it would run until the deadline.
 *
 * @param written What has been written so far.
 * @throws {Misuse} If that's more than there is to write.
 */
export function requireAnEnd(
  { bytes, writes, most = MAX_WRITTEN }: Written,
): void {
  if (bytes <= most && writes <= MAX_WRITES) return;
  throw new Misuse(
    bytes <= most
      ? `You called conn.write() more than ${MAX_WRITES} times`
      : `You wrote ${bytes} bytes, and there are only ${most} to write`,
    "Does your loop end? write() returns how many bytes it took: add that to " +
      "the number of bytes sent, with `sent += await conn.write(…)`, and stop " +
      "when everything is sent.",
  );
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `the string ${Deno.inspect(value)}`;
  if (typeof value !== "object") return `the ${typeof value} ${String(value)}`;
  return `${/^[aeiou]/i.test(value.constructor?.name) ? "an" : "a"} ${
    value.constructor?.name ?? "object"
  }`;
}
