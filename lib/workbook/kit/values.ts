/**
 * Functions that compare, copy, and show values in checks.
 *
 * @module
 */

/** Options for {@linkcode differenceAt}. */
export interface EqualOptions {
  /**
   * Whether fields that the expected value doesn't have count as a difference.
   *
   * @default false
   */
  exact?: boolean;
}

/**
 * Finds the first place where two values differ.
 *
 * It compares by value: bytes by content, whatever class holds them, and
 * objects by the fields of the expected one. So a class instance with getters,
 * an object with no prototype, and one with extra fields all count as equal.
 *
 * @param received The answer's value.
 * @param expected The expected value.
 * @param options Whether extra fields are allowed.
 * @returns The place, such as `[2].name`; an empty string if the values as a
 * whole differ, and `undefined` if they're equal.
 *
 * @example Only the expected value's fields are compared
 * ```ts
 * import { differenceAt } from "./values.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const record = { name: "a", ttl: 60, extra: true };
 * assertEquals(differenceAt([record], [{ name: "a", ttl: 60 }]), undefined);
 * assertEquals(differenceAt([record], [{ name: "b", ttl: 60 }]), "[0].name");
 * ```
 */
export function differenceAt(
  received: unknown,
  expected: unknown,
  options: EqualOptions = {},
): string | undefined {
  if (received === expected) return undefined;
  if (Number.isNaN(received) && Number.isNaN(expected)) return undefined;
  if (!isObject(expected) || !isObject(received)) return "";
  if (expected instanceof Uint8Array) {
    return received instanceof Uint8Array && sameBytes(received, expected)
      ? undefined
      : "";
  }
  if (expected instanceof Map || expected instanceof Set) {
    if (received.constructor !== expected.constructor) return "";
    return differenceAt([...received as Set<unknown>], [...expected], options);
  }
  if (expected instanceof Date) {
    return differenceAt(received.valueOf(), expected.valueOf());
  }
  const isList = Array.isArray(expected);
  if (isList !== Array.isArray(received)) return "";
  if (isList && received.length !== expected.length) return "";
  const have: Record<string, unknown> = Object(received);
  const due: Record<string, unknown> = Object(expected);
  const names = Object.keys(due);
  if (options.exact) names.push(...Object.keys(have));
  for (const name of names) {
    const at = differenceAt(have[name], due[name], options);
    if (at !== undefined) return (isList ? `[${name}]` : `.${name}`) + at;
  }
  return undefined;
}

/**
 * Copies a value with all the bytes, arrays, and plain objects in it. Anything
 * else, such as a function or a class instance, is passed on as it is.
 *
 * @param value The value to copy.
 * @param bytes The function that converts each `Uint8Array` in it.
 * @returns The copy.
 */
export function copyOf<V>(
  value: V,
  bytes: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes.slice(),
): V {
  if (value instanceof Uint8Array) return bytes(value) as V;
  if (Array.isArray(value)) return value.map((one) => copyOf(one, bytes)) as V;
  if (!isPlain(value)) return value;
  const entries = Object.entries(value)
    .map(([name, one]) => [name, copyOf(one, bytes)]);
  return Object.assign(
    Object.create(Object.getPrototypeOf(value)),
    Object.fromEntries(entries),
  );
}

/**
 * Copies a value so that each `Uint8Array` in it becomes a short view into a
 * larger buffer, with other bytes before and after it.
 *
 * @param value The value to copy.
 * @returns The copy, at an odd offset of its buffer.
 */
export function asViews<V>(value: V): V {
  return copyOf(value, (bytes) => {
    const buffer = new Uint8Array(bytes.length + 71).fill(0x5a);
    buffer.set(bytes, 7);
    return buffer.subarray(7, 7 + bytes.length);
  });
}

/**
 * Lists all the bytes in a value.
 *
 * @param value The value; arrays and plain objects in it are searched, too.
 * @returns Each `Uint8Array` in it.
 */
export function bytesIn(value: unknown): Uint8Array[] {
  const found: Uint8Array[] = [];
  copyOf(value, (bytes) => {
    found.push(bytes);
    return bytes;
  });
  return found;
}

/**
 * Formats a value in JavaScript's notation, but bytes as `<68 69 ff>`, or as
 * `<68 69 |hi|>` if they can be read, and an error as its name and message,
 * because its stack contains only paths on this machine.
 *
 * @param value Any value.
 * @param length The approximate number of characters to show of a text.
 * @returns Short text, on one line unless the value is large.
 */
export function shown(value: unknown, length = 60): string {
  if (value instanceof Uint8Array) return shownBytes(value);
  if (value instanceof Error) {
    return value.message ? `${value.name}: ${value.message}` : value.name;
  }
  const text = Deno.inspect(withShownBytes(value), {
    breakLength: 76,
    depth: 6,
    iterableLimit: 20,
    sorted: true,
    strAbbreviateSize: length,
  });
  // Stack frames of errors in the value: in a string, a line break is written
  // "\\n".
  return text.replace(/\n +at .*/g, "");
}

/**
 * Encodes text, and leaves bytes as they are.
 *
 * @param data Bytes or text.
 * @returns Bytes.
 */
export function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

/** Bytes in a value that is shown. */
class ShownBytes extends Uint8Array {
  [Symbol.for("Deno.customInspect")](): string {
    return shownBytes(this);
  }
}

/** Copies a value for Deno, which would show bytes as decimal numbers. */
function withShownBytes(value: unknown): unknown {
  try {
    return copyOf(value, (bytes) => new ShownBytes(bytes));
  } catch {
    return value; // It contains itself, or has a getter that throws.
  }
}

function shownBytes(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 16);
  const digits = start.toHex().replace(/..(?!$)/g, "$& ");
  const isReadable = start.length > 0 &&
    start.every((byte) => byte >= 0x20 && byte < 0x7f);
  const text = isReadable ? ` |${new TextDecoder().decode(start)}|` : "";
  const more = bytes.length > 16 ? ` …, ${bytes.length} bytes` : "";
  return `<${digits}${text}${more}>`;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // For many MiB, every() would take seconds.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// deno-lint-ignore no-explicit-any -- Any field may be read.
function isObject(value: unknown): value is Record<string, any> {
  return typeof value === "object" && value !== null;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
