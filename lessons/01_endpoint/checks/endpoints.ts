/** What the checks of both exercises try, and what they say about paths. */
import { type Endpoint, seededRandom } from "../../../lib/net/mod.ts";

/** For each step the texts it tries, and what it means when one goes wrong. */
export type Cases = Record<string, Record<string, string>>;

/** How many random endpoints a check tries. */
export const RANDOM_COUNT = 200;

export const SLASHES = "A path may contain two slashes in a row. Keep it as " +
  "written: don't search it for //, and don't collapse them into one.";

export const SPACES = "Spaces and line breaks are ordinary characters in a " +
  "path, even at its ends: don't trim() it, and don't write a line break as " +
  "\\n.";

/** Makes valid endpoints of all kinds, the same ones each time. */
export function* randomEndpoints(): Generator<Endpoint> {
  const random = seededRandom(20_250_101);
  const below = (limit: number) => Math.floor(limit * random());
  const pick = (letters: string, length: number) =>
    Array.from({ length }, () => letters[below(letters.length)]).join("");
  const group = () => below(65_536).toString(16);
  const hostnames = [
    () => Array.from({ length: 4 }, () => below(256)).join("."),
    () => pick("abcXYZ", 1 + below(12)),
    () => Array.from({ length: 8 }, group).join(":"),
    () => `${group()}:${group()}::${group()}`,
  ];
  for (let i = 0; i < RANDOM_COUNT; i++) {
    if (below(4) === 0) {
      yield { protocol: "unix", path: `/${pick("ab:. [1]%", below(30))}.sock` };
    } else {
      const hostname = hostnames[below(hostnames.length)]();
      const protocol = below(2) === 0 ? "tcp" : "udp";
      yield { protocol, hostname, port: below(65_536) };
    }
  }
}
