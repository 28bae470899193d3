import { seededRandom } from "../../../lib/net/mod.ts";

const random = seededRandom(3);

/**
 * Makes bytes that aren't text. Writes of 8 bytes don't come out even.
 *
 * @returns 1001 bytes, other ones each time.
 */
export function randomBytes(): Uint8Array {
  return Uint8Array.from({ length: 1001 }, () => 256 * random());
}
