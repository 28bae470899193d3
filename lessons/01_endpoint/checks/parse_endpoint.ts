/** How an answer to 1.1 is checked. */
import {
  type Endpoint,
  formatEndpoint,
  parseEndpoint,
} from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { ParseEndpoint } from "../types.ts";
import {
  type Cases,
  RANDOM_COUNT,
  randomEndpoints,
  SLASHES,
  SPACES,
} from "./endpoints.ts";
import { outcomeOf, show } from "./outcome.ts";

const HOW_WRITTEN = "How an endpoint is written";
const TEXT_TO_NUMBER = "From text to a number";

const LAST_COLON = "An IPv6 address contains colons, so the first colon in " +
  "the text isn't the one before the port. Cut at the last colon.";
const NO_URL = "HOST and PATH stay as written, but new URL() does more than " +
  "cut: it shortens IPv6 addresses, changes capitals, and writes spaces as " +
  "%20. Cut the text yourself.";
const WHOLE_PATH = "Everything after `unix:` is the path, colons and spaces " +
  "included: cut after the first colon, and nowhere else.";

/** Texts that are endpoints; the workbook's own parser says which. */
const ACCEPTED: Cases = {
  "it parses tcp://127.0.0.1:7000": {
    "tcp://127.0.0.1:7000":
      "After tcp:// come the hostname, a colon, and the port.",
  },
  "it parses unix:/tmp/a.sock": {
    "unix:/tmp/a.sock": "Everything after `unix:` is the path. There's no " +
      "hostname and no port.",
  },
  "it takes the brackets off udp://[::1]:53": {
    "udp://[::1]:53": LAST_COLON,
    "tcp://[2001:db8::53]:7000": LAST_COLON,
  },
  "it accepts a name for a hostname": {
    "udp://localhost:7000":
      "A hostname can be a name: it needs no dots and no digits.",
  },
  "it leaves hostnames and paths as written": {
    "tcp://[2001:DB8:0:0:0:0:0:7]:7000": NO_URL,
    "tcp://LocalHost:7000": NO_URL,
    "unix:/tmp/at 10:30/a.sock": WHOLE_PATH,
    "unix:/tmp//a.sock": SLASHES,
    "unix: /tmp/a.sock ": SPACES,
    "unix:sockets/[50%]/a.sock:7000": WHOLE_PATH,
    "unix:/tmp/a\nb": "A line break is an ordinary character in a path, but " +
      "a dot in a regular expression doesn't match it. Get what follows " +
      "`unix:` with slice().",
  },
};

/** Ports at the edges. */
const ACCEPTED_PORTS: Cases = {
  "it accepts the ports 0, 80, and 65535": {
    "tcp://127.0.0.1:0": "0 is a valid port, but `if (port)` takes it for a " +
      'missing one, since 0 is falsy. Compare the digits with "" instead.',
    "tcp://127.0.0.1:80": "80 is a port like any other.",
    "tcp://my-server.example:65535": "65535 is a valid port, the highest one.",
  },
};

const PROTOCOL = "An endpoint starts with tcp://, udp://, or unix:, so look " +
  "at the start of the text first, and throw a TypeError if it's anything else.";
const LINE_BREAK = "There's a line break in the text. With the flag m, ^ and " +
  "$ in a regular expression match the ends of each line, not of the text.";
const NO_COLON = "There's no colon before a port. indexOf() returns -1 when " +
  "it finds nothing, and split() gives no second part: check for that first.";
const NO_HOSTNAME = "The hostname is empty. Throw a TypeError, also if " +
  "there's nothing between two brackets.";
const NO_BRACKETS = "An IPv6 address needs a bracket on either side. Without " +
  "them, you can't tell which colon is the port's: ::1:53 is itself an IPv6 " +
  "address.";

/** Texts that are not endpoints. */
const REJECTED: Cases = {
  "it rejects a text that starts in another way": {
    "http://127.0.0.1:7000": PROTOCOL,
    "127.0.0.1:7000": PROTOCOL,
    "": PROTOCOL,
    "tcp:127.0.0.1:7000": PROTOCOL,
    "TCP://127.0.0.1:7000": "The protocol is lowercase: TCP:// doesn't start " +
      "an endpoint. Compare it without the flag i or toLowerCase().",
    "see\ntcp://127.0.0.1:7000": LINE_BREAK,
    " tcp://127.0.0.1:7000": "The text starts with a space, so it isn't an " +
      "endpoint. Don't trim() it: that hides the mistake.",
  },
  "it rejects a text without a colon before the port": {
    "tcp://127.0.0.1": NO_COLON,
    "udp://[::1]": NO_COLON,
    "tcp://7000": NO_COLON,
  },
  "it rejects an empty hostname, and an empty path": {
    "tcp://:7000": NO_HOSTNAME,
    "udp://[]:7000": NO_HOSTNAME,
    "unix:": "The path is empty: throw a TypeError if nothing follows the " +
      "colon.",
  },
  "it rejects an IPv6 address without its brackets": {
    "udp://::1:53": NO_BRACKETS,
    "udp://[::1:53": NO_BRACKETS,
    "udp://::1]:53": NO_BRACKETS,
  },
};

const NO_PORT = 'There\'s nothing after the colon, but Number("") is 0. Make ' +
  "sure that the port has at least one digit before you convert it.";
const PARSE_INT = "parseInt() stops at the first character that isn't a " +
  "digit, and ignores the rest. Test the whole text first, for example with " +
  "/^[0-9]+$/.";
const NUMBER = "Number() accepts more than digits: spaces, signs, fractions, " +
  "8e1, and 0x50. Test the text before you convert it, for example with " +
  "/^[0-9]+$/.";
const TOO_LARGE =
  "A port has 16 bits in the TCP and UDP headers, so 65535 is " +
  "the highest. Compare the number itself, not how many digits it has.";

/** Texts that would be endpoints with another port. */
const REJECTED_PORTS: Cases = {
  "it rejects an empty port": {
    "tcp://127.0.0.1:": NO_PORT,
    "udp://[::1]:": NO_PORT,
  },
  "it rejects a port that isn't all digits": {
    "tcp://127.0.0.1:80abc": PARSE_INT,
    "tcp://127.0.0.1:80/": PARSE_INT,
    "tcp://127.0.0.1:80\nand more": LINE_BREAK,
    "tcp://127.0.0.1:80://a": "split() cuts at every ://, and you lose what " +
      "follows the second. Cut after the first one only.",
    "tcp://127.0.0.1: 80": NUMBER,
    "tcp://127.0.0.1:80 ": NUMBER,
    "tcp://127.0.0.1:+80": NUMBER,
    "tcp://127.0.0.1:-1": NUMBER,
    "tcp://127.0.0.1:-0": NUMBER,
    "tcp://127.0.0.1:8e1": NUMBER,
    "tcp://127.0.0.1:0x50": NUMBER,
    "tcp://127.0.0.1:80.0": NUMBER,
  },
  "it rejects the ports 65536 and 70000": {
    "tcp://127.0.0.1:65536": TOO_LARGE,
    "tcp://127.0.0.1:70000": TOO_LARGE,
  },
};

const TABLES = [
  { cases: ACCEPTED, test: mustAccept, read: HOW_WRITTEN },
  { cases: ACCEPTED_PORTS, test: mustAccept, read: TEXT_TO_NUMBER },
  { cases: REJECTED, test: mustReject, read: HOW_WRITTEN },
  { cases: REJECTED_PORTS, test: mustReject, read: TEXT_TO_NUMBER },
];

/** Checks an answer to 1.1. */
export function checkParseEndpoint(parse: ParseEndpoint, trial: Trial): void {
  for (const { cases, test, read } of TABLES) {
    for (const [step, texts] of Object.entries(cases)) {
      trial.step(step);
      for (const [text, likely] of Object.entries(texts)) {
        test(trial, { parse, text, likely, read });
      }
    }
  }
  trial.step(`it parses ${RANDOM_COUNT} random endpoints`);
  const likely = "Compare the text with the result part by part: protocol, " +
    "hostname and port, or path. HOST and PATH stay as written.";
  for (const endpoint of randomEndpoints()) {
    const text = formatEndpoint(endpoint);
    mustAccept(trial, { parse, text, likely, read: HOW_WRITTEN });
  }
}

interface Call {
  parse: ParseEndpoint;
  text: string;
  /** What it means when the call goes wrong. */
  likely: string;
  read: string;
}

function mustAccept(
  trial: Trial,
  { parse, text, likely, read }: Call,
): void {
  const expected = parseEndpoint(text);
  const outcome = outcomeOf(() => parse(text));
  const call = `parseEndpoint(${JSON.stringify(text)})`;
  if ("error" in outcome) {
    trial.failOnSlip(call, outcome.error, TypeError);
    const again = outcomeOf(() => parse(text));
    const secondWorks = "value" in again &&
      show(plain(again.value)) === show(expected);
    trial.fail({
      problem: `${call} threw ${trial.describe(outcome.error)}.`,
      expected: show(expected),
      likely: secondWorks
        ? "A second call with the same text works, so your function keeps " +
          "something from the call before. A regular expression with the " +
          "flag g, for example, keeps its lastIndex."
        : likely,
      read,
    }, { cause: outcome.error });
  }
  const received = plain(outcome.value);
  trial.equal(received, expected, {
    problem: `${call} returned the wrong endpoint.`,
    likely: diagnose(received, expected) ?? likely,
    read,
  });
}

function mustReject(
  trial: Trial,
  { parse, text, likely, read }: Call,
): void {
  const outcome = outcomeOf(() => parse(text));
  const call = `parseEndpoint(${JSON.stringify(text)})`;
  const expected = "a TypeError";
  if ("value" in outcome) {
    trial.fail({
      problem: `${call} returned, but this isn't an endpoint.`,
      expected,
      received: show(outcome.value),
      likely: outcome.value === null || outcome.value === undefined
        ? "A caller that forgets to check the result goes on without an " +
          "endpoint. Throw a TypeError: a caller can't overlook that."
        : likely,
      read,
    });
  }
  if (outcome.error instanceof TypeError) return;
  trial.failOnSlip(call, outcome.error);
  trial.fail({
    problem: `${call} threw ${trial.describe(outcome.error)}.`,
    expected,
    likely: "You're right to throw, but callers tell errors apart by their " +
      "class: `throw new TypeError(…)`.",
  }, { cause: outcome.error });
}

/** What a wrong result shows of how it was made. */
function diagnose(received: unknown, expected: Endpoint): string | undefined {
  if (received === null || typeof received !== "object") {
    return "Return an object with a property for each part. A function " +
      "without a return gives undefined.";
  }
  if (received instanceof Promise) {
    return "Nothing here has to wait: without `async`, your function returns " +
      "the endpoint itself, not a promise of it.";
  }
  const { protocol, hostname, port } = received as Record<string, unknown>;
  if (/[:/]/.test(String(protocol))) {
    return "The protocol is only the word, without the colon and the slashes " +
      "after it.";
  }
  if (expected.protocol === "unix") return undefined;
  if (typeof port === "string") {
    return "The port of an endpoint is a number, not text: convert it with " +
      "Number(digits).";
  }
  if (hostname === `[${expected.hostname}]`) {
    return "The brackets only show where the address ends in the text; the " +
      "address has none. Take them off.";
  }
  if (String(hostname).startsWith("[")) return LAST_COLON;
  if (Number.isNaN(port)) {
    return "Number() gives NaN for text that isn't a number. Did you cut at " +
      "the right colon?";
  }
  if (expected.port === 80 && port !== 80) {
    return "80 is the default port of http, and new URL() drops it. An " +
      "endpoint isn't a web address: cut the text yourself.";
  }
}

/** The properties of an object, which may be an instance of any class. */
function plain(value: unknown): unknown {
  if (
    value === null || typeof value !== "object" || value instanceof Promise ||
    Array.isArray(value)
  ) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  );
}
