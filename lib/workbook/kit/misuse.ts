/**
 * Calls that a real socket would not take, or would take in another way than
 * they're meant: a string instead of bytes, a promise used as a number.
 *
 * @module
 */

/** The learner's code used a socket in a way that can't work. */
export class Misuse extends TypeError {
  /** What to do instead. */
  readonly advice: string;

  /**
   * Makes the error, and tells the check that's running: the learner's code may
   * catch it.
   *
   * @param message What the code did.
   * @param advice What to do instead.
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
 * Hears of every misuse.
 *
 * @param listener Called with each.
 * @returns Ends that.
 */
export function onMisuse(listener: (misuse: Misuse) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Requires that what the learner's code passes to a socket is bytes.
 *
 * @param call The call, for the message: `"conn.write"`.
 * @param data What it was given.
 * @throws {Misuse} If it isn't a `Uint8Array`.
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
 * Notices when code uses the promise of a call as if it were the result.
 *
 * @param call The call, for the message: `"conn.read"`.
 * @param promise What it returns.
 * @returns The same promise.
 */
export function awaited<V>(call: string, promise: Promise<V>): Promise<V> {
  function use(): never {
    throw new Misuse(
      `You used the promise that ${call}() returned as if it were the result`,
      `${call}() returns a promise. Write \`await ${call}(…)\` to get what ` +
        "it brings.",
    );
  }
  // As a number or a text, and as a list: `const [bytes] = socket.receive()`.
  return Object.assign(promise, {
    [Symbol.toPrimitive]: use,
    [Symbol.iterator]: use,
  });
}

/** The most calls of a kind that one socket takes at a time. */
const MAX_PENDING = 1000;

/**
 * Stops code that calls again and again and waits for none of the calls: it
 * would never give control back.
 *
 * @param call The call, for the message.
 * @param pending How many of them are under way.
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

/** How many calls in a row that can't move anything are one too many. */
const MAX_EMPTY_CALLS = 100;

/**
 * Counts reads that can't bring anything.
 *
 * @param emptyReads How many reads in a row had an empty buffer.
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
 * Counts writes that can't send anything.
 *
 * @param emptyWrites How many writes in a row had no bytes.
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

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `the string ${Deno.inspect(value)}`;
  if (typeof value !== "object") return `the ${typeof value} ${String(value)}`;
  return `${/^[aeiou]/i.test(value.constructor?.name) ? "an" : "a"} ${
    value.constructor?.name ?? "object"
  }`;
}
