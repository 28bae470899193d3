/**
 * A map from four-tuples (two addresses and two ports) to values; both
 * directions have the same value.
 *
 * @module
 */

import type { Packet } from "./packet.ts";

/**
 * A map from four-tuples to values, with a maximum size. If it's full, the
 * least recently active entry is dropped.
 *
 * @example Both directions have the same value
 * ```ts
 * import { FourTuples } from "./four_tuple.ts";
 * import { decodePacket, encodePacket } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const packet = (sourcePort: number, destinationPort: number) =>
 *   decodePacket(
 *     encodePacket({
 *       ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *       udp: { sourcePort, destinationPort },
 *     }),
 *     101,
 *   );
 * const tuples = new FourTuples<string>(10);
 * tuples.set(packet(50000, 53), "a question and its answer");
 * assertEquals(tuples.get(packet(53, 50000)), "a question and its answer");
 * assertEquals(tuples.get(packet(53, 50001)), undefined);
 * ```
 */
export class FourTuples<Value> {
  /** A Map keeps its keys in order: the most recently active one is last. */
  readonly #values = new Map<string, Value>();
  readonly #max: number;

  /**
   * Creates an empty map.
   *
   * @param max The maximum number of entries.
   */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Finds the value for a packet's four-tuple.
   *
   * @param packet A packet, or a quoted one.
   * @returns The value; `undefined` if there is none, or if the packet has no
   * ports.
   */
  get(packet: Packet): Value | undefined {
    const key = keyOf(packet);
    return key === null ? undefined : this.#values.get(key);
  }

  /**
   * Stores a value as the most recently active one.
   *
   * @param packet A packet with ports.
   * @param value The value for its four-tuple.
   */
  set(packet: Packet, value: Value): void {
    const key = keyOf(packet);
    if (key === null) return;
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#max) return;
    const [quietest] = this.#values.keys();
    this.#values.delete(quietest);
  }
}

function keyOf({ ip, ports }: Packet): string | null {
  if (ip === null || ports === null) return null;
  const source = `${ip.source}|${ports.source}`;
  const destination = `${ip.destination}|${ports.destination}`;
  return source < destination
    ? `${source}|${destination}`
    : `${destination}|${source}`;
}
