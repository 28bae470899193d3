/** The check of exercise 1.1. */
import { parseEndpoint } from "../../../lib/net/mod.ts";
import {
  type CallDue,
  type CallResult,
  checkFunction,
  type FunctionCase,
  type Trial,
  WRONG_CLASS,
} from "../../../lib/workbook/kit/mod.ts";
import type { ParseEndpoint } from "../types.ts";

const HOW_WRITTEN = "How an endpoint is written";
const TEXT_TO_NUMBER = "From text to a number";

const LAST_COLON = "An IPv6 address contains colons, so the first colon in " +
  "the text isn't the one before the port. Cut at the last colon.";
const NAME = "A hostname can be a name: letters, digits, dots, and hyphens, " +
  "even a word such as unix that also starts an endpoint.";
const NO_URL = "HOST and PATH stay as written, but new URL() does more than " +
  "cut: it shortens IPv6 addresses, changes capitals, and writes spaces as " +
  "%20. Cut the text yourself.";
const IPV4_IN_IPV6 = "An IPv6 address may end in an IPv4 address, so it may " +
  "have dots, too.";
const WHOLE_PATH = "Everything after `unix:` is the path, colons and spaces " +
  "included: cut after the first colon, and nowhere else.";

const SPACES = "Spaces are ordinary characters in a path, even at its ends: " +
  "don't trim() it.";

/**
 * Valid texts, each with its likely mistake. The workbook's own parser knows the
 * right endpoints.
 */
const ACCEPTED = {
  "tcp://127.0.0.1:7000":
    "After tcp:// come the hostname, a colon, and the port.",
  "unix:/tmp/a.sock": "Everything after `unix:` is the path. There's no " +
    "hostname and no port.",
  "udp://[::1]:53": LAST_COLON,
  "tcp://[fe80::9]:7000": LAST_COLON,
  "udp://localhost:7000": NAME,
  "udp://z9.my-server.example:7000": NAME,
  "tcp://unix:7000": NAME,
  "udp://tcp:53": NAME,
  "tcp://[2001:db8:0:0:0:0:0:7]:7000": NO_URL,
  "tcp://[FE80::A]:7000": "Hexadecimal digits can be capital letters, too, " +
    "and the address stays as written.",
  "tcp://LocalHost:7000": NO_URL,
  "tcp://[::ffff:127.0.0.1]:7000": IPV4_IN_IPV6,
  "unix:/tmp/at 10:30/a.sock": WHOLE_PATH,
  "unix:sockets/[50%]/a.sock:7000": WHOLE_PATH,
  "unix:/tmp//a.sock": "A path may contain two slashes in a row. Keep it as " +
    "written: don't search it for //, and don't collapse them into one.",
  "unix:tcp://127.0.0.1:7000": WHOLE_PATH,
  "unix:unix:/tmp/a.sock": WHOLE_PATH,
  "unix: /tmp/a.sock ": SPACES,
  "unix: ": SPACES,
  "unix:/tmp/a\nb": "A line break is an ordinary character in a path, but a " +
    "dot in a regular expression doesn't match it. Get what follows `unix:` " +
    "with slice().",
};

/** Valid ports, the lowest and the highest among them. */
const ACCEPTED_PORTS = {
  "tcp://127.0.0.1:0": "0 is a valid port, but `if (port)` takes it for a " +
    'missing one, since 0 is falsy. Compare the digits with "" instead.',
  "tcp://127.0.0.1:9": "A port may have one digit.",
  "tcp://127.0.0.1:80": "80 is a port like any other.",
  "tcp://[::1]:65535": "65535 is a valid port, the highest one.",
  "tcp://127.0.0.1:0000080":
    "0 is a digit like any other, even at the start: " +
    "convert the digits to a number, and look at that.",
};

const PROTOCOL = "An endpoint starts with tcp://, udp://, or unix:, so look " +
  "at the start of the text first, and throw a TypeError if it's anything else.";
const CAPITALS = "The protocol is lowercase: TCP:// doesn't start an " +
  "endpoint. Compare it without the flag i or toLowerCase().";
const LINE_BREAK = "There's a line break in the text. With the flag m, ^ and " +
  "$ in a regular expression match the ends of each line, not of the text.";
const NO_COLON = "There's no colon before a port. indexOf() returns -1 when " +
  "it finds nothing, and split() returns a single part: check for that first.";
const NO_HOSTNAME = "The hostname is empty. Throw a TypeError, also if " +
  "there's nothing between two brackets.";
const NO_BRACKETS = "An IPv6 address needs a bracket on either side. Without " +
  "them, you can't tell which colon is the port's: ::1:53 is itself an IPv6 " +
  "address.";
const AROUND_BRACKETS = "The brackets enclose the whole hostname: nothing " +
  "comes before the [, and only the port's colon after the ].";
const IN_BRACKETS = "Only an IPv6 address has brackets: between them are " +
  "hexadecimal digits, dots, and at least one colon.";
const NO_NAME =
  "Without brackets, a hostname has only letters, digits, dots, " +
  "and hyphens. Anything else is a mistake that you'd pass on to connect().";

/** Texts that aren't endpoints, each with its likely mistake. */
const REJECTED = {
  "http://127.0.0.1:7000": PROTOCOL,
  "127.0.0.1:7000": PROTOCOL,
  "": PROTOCOL,
  "tcp:127.0.0.1:7000": PROTOCOL,
  "udp:/127.0.0.1:7000": PROTOCOL,
  "unix/tmp/a.sock": PROTOCOL,
  "constructor://127.0.0.1:7000": "Every object inherits names such as " +
    "constructor, so `in` and a plain lookup find them. Compare with each " +
    "protocol, or use Object.hasOwn().",
  "TCP://127.0.0.1:7000": CAPITALS,
  "UNIX:/tmp/a.sock": CAPITALS,
  "see tcp://127.0.0.1:7000": PROTOCOL,
  "see\ntcp://127.0.0.1:7000": LINE_BREAK,
  " tcp://127.0.0.1:7000": "The text starts with a space, so it isn't an " +
    "endpoint. Don't trim() it: that hides the mistake.",
  "tcp://127.0.0.1": NO_COLON,
  "udp://[::1]": NO_COLON,
  "tcp://7000": NO_COLON,
  "tcp://my_server:7000": "Without brackets, a hostname has only letters, " +
    "digits, dots, and hyphens. In a regular expression, \\w and [A-z] match " +
    "the underscore, too: write [A-Za-z0-9.-].",
  "tcp://:7000": NO_HOSTNAME,
  "udp://[]:7000": NO_HOSTNAME,
  "unix:": "The path is empty: throw a TypeError if nothing follows the colon.",
  "udp://::1:53": NO_BRACKETS,
  "udp://[::1:53": NO_BRACKETS,
  "udp://::1]:53": NO_BRACKETS,
  "tcp://127.0.0.1:80:90": NO_BRACKETS,
  "tcp://[::1]x:80": AROUND_BRACKETS,
  "tcp://x[::1]:80": AROUND_BRACKETS,
  "tcp://[::1]x]:80": AROUND_BRACKETS,
  "tcp://[[::1]]:80": AROUND_BRACKETS,
  "tcp://[::1]80": AROUND_BRACKETS,
  "tcp://[localhost]:80": IN_BRACKETS,
  "tcp://[127.0.0.1]:80": IN_BRACKETS,
  "tcp://[::1 ]:80": IN_BRACKETS,
  "tcp://[no:address]:80": IN_BRACKETS,
  "tcp:// 127.0.0.1:80": NO_NAME,
  "tcp://my server:80": NO_NAME,
  "tcp://me@server:80": NO_NAME,
  "tcp://server/a:80": NO_NAME,
  "tcp://server\n:80": NO_NAME,
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

/** Texts in which only the port is wrong. */
const REJECTED_PORTS = {
  "tcp://127.0.0.1:": NO_PORT,
  "udp://[::1]:": NO_PORT,
  "tcp://127.0.0.1:80abc": PARSE_INT,
  "tcp://127.0.0.1:80/": PARSE_INT,
  "tcp://127.0.0.1:80\nand more": LINE_BREAK,
  "tcp://127.0.0.1:80://a": "split() cuts at every ://, and you lose what " +
    "follows the second. Cut after the first one only.",
  "tcp://127.0.0.1: 80": NUMBER,
  "tcp://127.0.0.1:80 ": NUMBER,
  "tcp://127.0.0.1:80\n": NUMBER,
  "tcp://127.0.0.1:+80": NUMBER,
  "tcp://127.0.0.1:-1": NUMBER,
  "tcp://127.0.0.1:-0": NUMBER,
  "tcp://127.0.0.1:8e1": NUMBER,
  "tcp://127.0.0.1:0x50": NUMBER,
  "tcp://127.0.0.1:80.0": NUMBER,
  "tcp://127.0.0.1:٨٠": "Only 0 to 9 are digits here. Other scripts have " +
    "digits of their own, which \\p{N} in a regular expression matches, and " +
    "which Number() doesn't know.",
  "tcp://127.0.0.1:65536": TOO_LARGE,
  "tcp://127.0.0.1:70000": TOO_LARGE,
  "tcp://127.0.0.1:4294967376": TOO_LARGE,
};

/** Checks an answer to 1.1. */
export async function checkParseEndpoint(
  parse: ParseEndpoint,
  trial: Trial,
): Promise<void> {
  await checkFunction(trial, parse, [
    ...mustAccept(ACCEPTED, HOW_WRITTEN),
    ...mustAccept(ACCEPTED_PORTS, TEXT_TO_NUMBER),
    ...mustReject(REJECTED, HOW_WRITTEN),
    ...mustReject(REJECTED_PORTS, TEXT_TO_NUMBER),
  ], { name: "parseEndpoint", explain });
}

function mustAccept(
  texts: Record<string, string>,
  read: string,
): FunctionCase[] {
  return Object.entries(texts).map(([text, likely]) => ({
    args: [text],
    returns: parseEndpoint(text),
    likely,
    read,
  }));
}

function mustReject(
  texts: Record<string, string>,
  read: string,
): FunctionCase[] {
  return Object.entries(texts).map(([text, likely]) => ({
    args: [text],
    throws: TypeError,
    likely,
    read,
  }));
}

/** Finds the mistake behind a wrong result. */
function explain(result: CallResult, due: CallDue): string | undefined {
  const { value, error } = result;
  const mustThrow = due.throws !== undefined;
  if (error !== undefined) {
    return mustThrow && !(error instanceof TypeError) ? WRONG_CLASS : undefined;
  }
  if (mustThrow) {
    return value === null || value === undefined
      ? "A caller that forgets to check the result goes on without an " +
        "endpoint. Throw a TypeError: a caller can't overlook that."
      : undefined;
  }
  if (value === null || typeof value !== "object") {
    return "Return an object with a property for each part. Without " +
      "`return`, a function's result is undefined.";
  }
  const { protocol, hostname, port } = value as Record<string, unknown>;
  const right = due.returns as Record<string, unknown>;
  if (/[:/]/.test(String(protocol))) {
    return "The protocol is only the word, without the colon and the slashes " +
      "after it.";
  }
  if (right.protocol === "unix") return undefined;
  if (typeof port === "string") {
    return "The port of an endpoint is a number, not text: convert it with " +
      "Number(digits).";
  }
  if (hostname === `[${right.hostname}]`) {
    return "The brackets only show where the address ends in the text; the " +
      "address has none. Take them off.";
  }
  if (String(hostname).startsWith("[")) return LAST_COLON;
  if (Number.isNaN(port)) {
    return "Number() returns NaN for text that isn't a number. Did you cut at " +
      "the right colon?";
  }
  if (right.port === 80 && port !== 80) {
    return "80 is the default port of http, and new URL() drops it. An " +
      "endpoint isn't a web address: cut the text yourself.";
  }
}
