/** Words that say nothing about a symptom. */
const EMPTY = new Set(
  `
  a an the this that these it its me my our their them they we you your
  and any as but if no not nor or so than then such some sometimes more all just
  about after again at before by during for from in into of off on out through
  to too up upon via when where which while who why with without how what even
  am are be been being can cannot cant could did didnt do does doesnt dont get
  gets getting got had has have is isnt may should still there was were wasnt
  will wont would time times value way one
  make made try trying tried use used using found help need want
  cause causes caused happen happens happening issue problem question
  error errors exception errno
  socket sockets stream streams tcp ip net program programming code
  c csharp deno go golang java javascript js linux node nodejs php python ruby
  rust`.trim().split(/\s+/),
);

/**
 * Words with the same meaning in this context. The first word of each line
 * represents the others.
 */
const SAME = `
  receive recv read reading get arrive come readable receiver
  send write sent sendall output transmit sender writing
  partial half incomplete part truncate cut chunk fragment portion segment split piece
  join merge concatenate combine together glue stick concat append coalesce batch
  hang block lockup deadlock stuck freeze wait forever infinite indefinitely never stall hung frozen blocking wait
  slow delay latency lag late slower speed performance throttle slowly
  close end disconnect shutdown terminate finish closed disconnected closing quit
  peer remote other opposite partner
  lost lose missing drop loss disappear vanish dropped
  occupied taken busy already
  name hostname dns resolve lookup domain getaddrinfo
  machine computer host pc device
  garbage junk rubbish trash extra additional trailing leftover
  broken garbled strange mojibake corrupt malformed wrong unicode utf utf8 encoding
  connect connection connecting connected establish
  listen bind listening binding
  refuse reject deny denied refused
  start run launch restart startup
  message packet data byte string bytes frame
  detect know notice tell check find determine
  memory ram heap leak
  grow increase growing
  certificate cert certificates ca pem
  verify validate valid trust verification
  two multiple several many
  client clients user users subscriber subscribers consumer connections
  server service daemon
  thread task simultaneous concurrent parallel simultaneously concurrently
  exceed large big long huge size larger bigger
  limit maximum max
  mix interleave
  idle inactive inactivity activity quiet silence
  only single alone
  localhost loopback local
  address ip4 ipv4 ipv6 interface
  timeout timed out
  reset rst forcibly
  remove unlink delete cleanup
  websocket wss ws
  udp datagram dgram
  tls ssl https
  file path
  dead gone unplug unplugged vanish
  crash die kill panic
`;

const CANONICAL = new Map(
  SAME.trim().split("\n").flatMap((line) => {
    const words = line.trim().split(" ");
    return words.map((word) => [stem(word), stem(words[0])] as const);
  }).reverse(),
);

/**
 * Removes a word's ending, so that `hangs` and `hanging` become `hang`.
 *
 * It's rough: the only goal is that all forms of a word have the same stem.
 *
 * @param word A word in lower case.
 * @returns The word's stem.
 *
 * @example Forms of a word
 * ```ts
 * import { stem } from "./words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["hangs", "closing", "closed"].map(stem), [
 *   "hang",
 *   "clos",
 *   "clos",
 * ]);
 * ```
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return word
    .replace(/(ss|us|is)$|s$/, "$1")
    .replace(/(?<=[a-z]{3})(ing|ed)$/, "")
    .replace(/(?<=[a-z]{3}t)ion$/, "")
    .replace(/(?<=[a-z]{2})([bdgmnprt])\1$/, "$1")
    .replace(/(?<=[a-z]{3})e$/, "");
}

/**
 * Splits a text into words that can be compared.
 *
 * @param text The text of a reader or a program.
 * @returns The stems of its words, in order, with one stem for words with the
 * same meaning, and without words that say nothing.
 *
 * @example Two texts with the same words
 * ```ts
 * import { wordsOf } from "./words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   wordsOf("Why does recv() hang?"),
 *   wordsOf("reading blocks"),
 * );
 * ```
 */
export function wordsOf(text: string): string[] {
  return text
    // An address with its port says where it happened, not what.
    .replaceAll(/\d+(\.\d+){3}:\d+/g, "")
    .replaceAll("127.0.0.1", " ip127 ")
    .replaceAll(/\bin[- ]use\b/gi, "occupied")
    // `UDPClient` is two words; a WebSocket is one thing.
    .replaceAll(/web[ -]?sockets?/gi, "websocket")
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ")
    .toLowerCase()
    .replaceAll(/(?<=[a-z])['’](?=[a-z])/g, "")
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word !== "" && !EMPTY.has(word))
    .map(stem)
    .map((word) => CANONICAL.get(word) ?? word);
}
