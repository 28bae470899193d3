/** What the checks of lesson 1 try, and what they say when it goes wrong. */
import type { Endpoint } from "../../lib/net/endpoint.ts";

/** One text, and what it usually means when it is not dealt with rightly. */
export interface Case {
  text: string;
  likely: string;
  /** The heading in the README that explains it. */
  read?: string;
}

/** What one step of a check tries. */
export interface Step {
  step: string;
  texts: Case[];
}

const TEXT_TO_NUMBER = "From text to a number";

const LAST_COLON = "An IPv6 address has colons of its own. The port follows " +
  "the last colon of the text, not the first.";
const AS_WRITTEN = "HOST and PATH stay as they are written. new URL() does " +
  "more than cut: it shortens IPv6 addresses, changes capitals, and writes " +
  "blanks as %20.";
const SLASHES = "A path stays as it is written, two slashes in a row too: do " +
  "not look for // in it, and do not make one of two.";
const BLANKS = "A path stays as it is written. Blanks and line breaks are " +
  "characters of it like others, also at its ends: do not trim() it, and " +
  "write no \\n for a line break.";
const WHOLE_PATH = "All that follows `unix:` is the path, colons and blanks " +
  "too: cut after the first colon, and only there.";

/** Endpoints to read. */
export const GOOD: Step[] = [
  {
    step: "it reads tcp://127.0.0.1:7000",
    texts: [{
      text: "tcp://127.0.0.1:7000",
      likely: "After tcp:// come the hostname, a colon, and the port.",
    }],
  },
  {
    step: "it reads the path of unix:/tmp/a.sock",
    texts: [{
      text: "unix:/tmp/a.sock",
      likely:
        "After `unix:` all the rest is the path, and there is no hostname " +
        "and no port.",
    }],
  },
  {
    step: "it takes the brackets off udp://[::1]:53",
    texts: [
      { text: "udp://[::1]:53", likely: LAST_COLON },
      { text: "tcp://[2001:db8::53]:7000", likely: LAST_COLON },
    ],
  },
  {
    step: "it reads names, and the ports 0, 80 and 65535",
    texts: [
      {
        text: "udp://localhost:7000",
        likely: "A hostname may be a name: it need not have dots or digits.",
      },
      {
        text: "tcp://127.0.0.1:0",
        likely: "0 is a port that can be asked for. It counts as false in an " +
          '`if`, so compare the text with "", not the number.',
        read: TEXT_TO_NUMBER,
      },
      {
        text: "tcp://127.0.0.1:80",
        likely: "80 is a port like any other.",
      },
      {
        text: "tcp://my-server.example:65535",
        likely: "65535 is the highest port, and a port.",
        read: TEXT_TO_NUMBER,
      },
    ],
  },
  {
    step: "it leaves hosts and paths as they are written",
    texts: [
      { text: "tcp://[2001:DB8:0:0:0:0:0:7]:7000", likely: AS_WRITTEN },
      { text: "tcp://LocalHost:7000", likely: AS_WRITTEN },
      { text: "unix:/tmp/at 10:30/a.sock", likely: WHOLE_PATH },
      { text: "unix:/tmp//a.sock", likely: SLASHES },
      { text: "unix: /tmp/a.sock ", likely: BLANKS },
      { text: "unix:sockets/[50%]/a.sock:7000", likely: WHOLE_PATH },
      {
        text: "unix:/tmp/a\nb",
        likely:
          "A line break is a character of a path like any other, and . in " +
          "a regular expression does not match it. What follows `unix:` can be " +
          "had by slice().",
      },
    ],
  },
];

const PROTOCOL =
  "Only tcp://, udp:// and unix: begin an endpoint. Look at the " +
  "start of the text first, and throw if it is none of the three.";
const CAPITALS = "The three protocols are written in small letters. TCP:// " +
  "begins no endpoint: the task names the only three beginnings.";
const LINE_BREAK =
  "There is a line break in it. In a regular expression with " +
  "the flag m, ^ and $ are the ends of each line, not of the text.";
const SPLIT = "split() cuts at every ://, and what follows the second is " +
  "lost. The whole rest belongs to hostname and port: cut behind the first only.";
const NO_COLON = "There is no colon before a port here. Where nothing is " +
  "found, indexOf() gives -1 and split() no second part: look at that first.";
const NO_PORT = 'Nothing stands behind the colon, and Number("") is 0: see ' +
  "that the port has at least one digit before you make a number of it.";
const PARSE_INT = "parseInt() reads as far as it finds digits, and says " +
  "nothing about the rest. The whole port must be digits: test the text, " +
  "with /^[0-9]+$/ for example.";
const NUMBER =
  "Number() takes more than digits: blanks, signs, fractions, 8e1 " +
  "and 0x50. Test the text before you make a number of it, with /^[0-9]+$/ " +
  "for example.";
const TOO_LARGE =
  "A port has 16 bits in the TCP and UDP headers, so 65535 is " +
  "the highest. Compare the number, not the count of its digits.";
const EMPTY_HOST =
  "There is no hostname in it. An address of no letters leads " +
  "nowhere: throw if the hostname is empty, also between brackets.";
const NO_BRACKETS = "Without brackets nobody can tell which colon is the " +
  "port's: ::1:53 is an IPv6 address by itself. A hostname that has colons needs " +
  "a bracket on either side.";
const OUTSIDE =
  "Nothing comes before the protocol. trim() makes right what is " +
  "wrong, and whoever wrote it never learns.";

function port(text: string, likely: string): Case {
  return { text: `tcp://127.0.0.1:${text}`, likely, read: TEXT_TO_NUMBER };
}

/** Texts that are no endpoints. */
export const REFUSED: Step[] = [
  {
    step: "it refuses what begins otherwise",
    texts: [
      { text: "http://127.0.0.1:7000", likely: PROTOCOL },
      { text: "127.0.0.1:7000", likely: PROTOCOL },
      { text: "", likely: PROTOCOL },
      { text: "tcp:127.0.0.1:7000", likely: PROTOCOL },
      { text: "TCP://127.0.0.1:7000", likely: CAPITALS },
      { text: "see\ntcp://127.0.0.1:7000", likely: LINE_BREAK },
      { text: " tcp://127.0.0.1:7000", likely: OUTSIDE },
    ],
  },
  {
    step: "it refuses a text without a port",
    texts: [
      port("", NO_PORT),
      { text: "udp://[::1]:", likely: NO_PORT, read: TEXT_TO_NUMBER },
      { text: "tcp://127.0.0.1", likely: NO_COLON },
      { text: "udp://[::1]", likely: NO_COLON },
    ],
  },
  {
    step: "it refuses a port that is not all digits",
    texts: [
      port("80abc", PARSE_INT),
      port("80/", PARSE_INT),
      port("80\nand more", LINE_BREAK),
      port("80://a", SPLIT),
      ...[" 80", "80 ", "+80", "-1", "-0", "8e1", "0x50", "80.0"].map((text) =>
        port(text, NUMBER)
      ),
    ],
  },
  {
    step: "it refuses the ports 65536 and 70000",
    texts: [port("65536", TOO_LARGE), port("70000", TOO_LARGE)],
  },
  {
    step: "it refuses an empty hostname, and an empty path",
    texts: [
      { text: "tcp://:7000", likely: EMPTY_HOST },
      { text: "udp://[]:7000", likely: EMPTY_HOST },
      {
        text: "unix:",
        likely: "There is no path in it: throw if nothing follows the colon.",
      },
    ],
  },
  {
    step: "it refuses an IPv6 address without its brackets",
    texts: ["udp://::1:53", "udp://[::1:53", "udp://::1]:53"].map((text) => ({
      text,
      likely: NO_BRACKETS,
    })),
  },
];

/** Endpoints to write, each as the text that is to come of it. */
export const WRITTEN: Step[] = [
  step("it writes tcp://127.0.0.1:7000", "tcp://127.0.0.1:7000"),
  step(
    "it writes udp://localhost:53",
    "udp://localhost:53",
    "tcp://server-2.example:7000",
  ),
  step(
    "it puts brackets round an IPv6 address",
    "udp://[::1]:53",
    "tcp://[2001:db8:0:0:0:0:0:7]:7000",
    "tcp://[::ffff:127.0.0.1]:7000",
  ),
  step("it writes unix:/tmp/a.sock", "unix:/tmp/a.sock"),
  step(
    "it writes the ports 0, 80 and 65535",
    "tcp://127.0.0.1:0",
    "tcp://127.0.0.1:80",
    "udp://[::1]:65535",
  ),
  step(
    "it writes hosts and paths as they are",
    "tcp://[2001:DB8::7]:7000",
    "tcp://LocalHost:7000",
    "unix:sockets/50% at 10:30.sock",
  ),
  {
    step: "it leaves slashes, blanks and line breaks in a path",
    texts: [
      { text: "unix:/tmp//a.sock", likely: SLASHES },
      { text: "unix: /tmp/a.sock ", likely: BLANKS },
      { text: "unix:/tmp/a\nb", likely: BLANKS },
    ],
  },
];

function step(step: string, ...texts: string[]): Step {
  const likely = "Host and path are written as they are. new URL() and " +
    "encodeURI() change letters in them.";
  return { step, texts: texts.map((text) => ({ text, likely })) };
}

/**
 * Makes endpoints of all kinds, the same ones each time.
 *
 * @param count How many.
 * @returns Them, each a good one.
 */
export function* randomEndpoints(count: number): Generator<Endpoint> {
  const below = randomIntegers(20_250_101);
  const pick = (letters: string, length: number) =>
    Array.from({ length }, () => letters[below(letters.length)]).join("");
  const group = () => below(65_536).toString(16);
  const hosts = [
    () => Array.from({ length: 4 }, () => below(256)).join("."),
    () => pick("abcXYZ", 1 + below(12)),
    () => Array.from({ length: 8 }, group).join(":"),
    () => `${group()}:${group()}::${group()}`,
  ];
  for (let i = 0; i < count; i++) {
    if (below(4) === 0) {
      yield { protocol: "unix", path: `/${pick("ab:. [1]%", below(30))}.sock` };
    } else {
      const hostname = hosts[below(hosts.length)]();
      const protocol = below(2) === 0 ? "tcp" : "udp";
      yield { protocol, hostname, port: below(65_536) };
    }
  }
}

/** Integers that look random, the same for the same seed (mulberry32). */
function randomIntegers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}
