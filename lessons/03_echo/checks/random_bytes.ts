import { seededRandom } from "../../../lib/net/mod.ts";

const random = seededRandom(3);

/**
 * Makes bytes that aren't text. There are 1001 of them, so writes of 8 bytes
 * don't come out even.
 *
 * @returns The bytes, different ones each time.
 */
export function randomBytes(): Uint8Array {
  return Uint8Array.from({ length: 1001 }, () => 256 * random());
}
