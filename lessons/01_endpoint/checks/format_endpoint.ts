/** The check of exercise 1.2. */
import { formatEndpoint, parseEndpoint } from "../../../lib/net/mod.ts";
import {
  type CallDue,
  type CallResult,
  checkFunction,
  shown,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { FormatEndpoint } from "../types.ts";

const AS_IS = "Write hostname, port, and path as they are: new URL(), " +
  "encodeURI(), and toLocaleString() change characters in them.";
const SPACES = "Spaces and line breaks are ordinary characters in a path, " +
  "even at its ends: don't trim() it, and don't write a line break as \\n.";

/** The expected texts, each with its likely mistake. */
const TEXTS = {
  "tcp://127.0.0.1:7000": AS_IS,
  "udp://localhost:53": AS_IS,
  "tcp://server-2.example:7000": AS_IS,
  "tcp://db8.example:7000": AS_IS,
  "udp://[::1]:53": AS_IS,
  "tcp://[2001:db8:0:0:0:0:0:7]:7000": AS_IS,
  "tcp://[fe80::7]:7000": AS_IS,
  "tcp://[::ffff:127.0.0.1]:7000": AS_IS,
  "unix:/tmp/a.sock": AS_IS,
  "tcp://127.0.0.1:0": AS_IS,
  "tcp://127.0.0.1:80": AS_IS,
  "udp://[::1]:65535": AS_IS,
  "tcp://[2001:DB8::7]:7000": AS_IS,
  "tcp://LocalHost:7000": AS_IS,
  "udp://unix:7000": AS_IS,
  "unix:a": "A path can be relative: don't put a slash in front of it.",
  "unix:sockets/50% at 10:30.sock": AS_IS,
  "unix:/tmp/$$&.sock": "The second argument of replace() isn't plain text: " +
    "$$ in it means one $, and $& means the match. Use a template or +.",
  "unix:/tmp//a.sock": "A path may contain two slashes in a row. Keep it as " +
    "it is: don't collapse them into one.",
  "unix: /tmp/a.sock ": SPACES,
  "unix:/tmp/a\nb": SPACES,
};

const ORDER = "The properties can be in any order, so don't count on that of " +
  "Object.values(). Take them by name: const { protocol } = endpoint.";

/** An endpoint whose properties are in a different order than usual. */
const REVERSED = {
  args: [{ port: 7000, hostname: "::1", protocol: "tcp" }],
  returns: "tcp://[::1]:7000",
  likely: ORDER,
};

/** Checks an answer to 1.2. */
export async function checkFormatEndpoint(
  format: FormatEndpoint,
  trial: Trial,
): Promise<void> {
  const cases = Object.entries(TEXTS).map(([text, likely]) => {
    const endpoint = parseEndpoint(text);
    return { args: [endpoint], returns: formatEndpoint(endpoint), likely };
  });
  await checkFunction(trial, format, [...cases, REVERSED], {
    name: "formatEndpoint",
    explain,
  });
}

/** Finds the mistake behind a wrong result. */
function explain(
  { value, error }: CallResult,
  { returns }: CallDue,
): string | undefined {
  const due = String(returns);
  const [protocol] = due.split(":");
  if (error !== undefined) {
    return protocol === "unix"
      ? "Look at `protocol` before you use the other properties: only tcp " +
        "and udp have a hostname and a port."
      : "This endpoint is valid, and you don't have to check it.";
  }
  if (typeof value !== "string") {
    return "Return the text. Without `return`, a function's result is " +
      "undefined, even if it prints the text.";
  }
  if (value === due.replace(/[[\]]/g, "")) {
    return "Without brackets, you can't tell the port's colon from those in " +
      `the IPv6 address. ${readBack(value)}`;
  }
  if (!due.includes("[") && /[[\]]/.test(value)) {
    return "Only IPv6 addresses get brackets, to keep their colons apart from " +
      `the port's. ${readBack(value)}`;
  }
  if (/^\d/.test(value)) return ORDER;
  if (!value.startsWith(`${protocol}:`)) {
    return `Start with the endpoint's own protocol, here ${protocol}.`;
  }
  if (protocol === "unix" && value.startsWith("unix://")) {
    return "In unix:PATH, the path follows the colon directly. Two slashes " +
      "would introduce a hostname, and there isn't one here.";
  }
  if (protocol !== "unix" && value === due.replace(/:\d+$/, "")) {
    return "Always write the port, even 0 and 80: an endpoint has no default. " +
      readBack(value);
  }
}

/** Says how parseEndpoint() reads a text. */
function readBack(text: string): string {
  try {
    return `parseEndpoint() reads your text as ${shown(parseEndpoint(text))}.`;
  } catch (error) {
    return `parseEndpoint() rejects your text: ${(error as Error).message}.`;
  }
}
