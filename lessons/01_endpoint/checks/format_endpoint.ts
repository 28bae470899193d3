/** How an answer to 1.2 is checked. */
import {
  type Endpoint,
  formatEndpoint,
  parseEndpoint,
} from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { FormatEndpoint } from "../types.ts";
import {
  type Cases,
  RANDOM_COUNT,
  randomEndpoints,
  SLASHES,
  SPACES,
} from "./endpoints.ts";
import { outcomeOf, show } from "./outcome.ts";

const NO_URL = "Write the hostname and the path as they are: new URL() and " +
  "encodeURI() change characters in them.";

/** Endpoints, each by the text that must come of it. */
const CASES: Cases = {
  "it writes tcp://127.0.0.1:7000": { "tcp://127.0.0.1:7000": NO_URL },
  "it writes udp://localhost:53": {
    "udp://localhost:53": NO_URL,
    "tcp://server-2.example:7000": NO_URL,
  },
  "it puts brackets around an IPv6 address": {
    "udp://[::1]:53": NO_URL,
    "tcp://[2001:db8:0:0:0:0:0:7]:7000": NO_URL,
    "tcp://[::ffff:127.0.0.1]:7000": NO_URL,
  },
  "it writes unix:/tmp/a.sock": { "unix:/tmp/a.sock": NO_URL },
  "it writes the ports 0, 80, and 65535": {
    "tcp://127.0.0.1:0": NO_URL,
    "tcp://127.0.0.1:80": NO_URL,
    "udp://[::1]:65535": NO_URL,
  },
  "it writes hostnames and paths as they are": {
    "tcp://[2001:DB8::7]:7000": NO_URL,
    "tcp://LocalHost:7000": NO_URL,
    "unix:sockets/50% at 10:30.sock": NO_URL,
  },
  "it leaves slashes, spaces, and line breaks in a path": {
    "unix:/tmp//a.sock": SLASHES,
    "unix: /tmp/a.sock ": SPACES,
    "unix:/tmp/a\nb": SPACES,
  },
};

/** Checks an answer to 1.2. */
export function checkFormatEndpoint(
  format: FormatEndpoint,
  trial: Trial,
): void {
  for (const [step, texts] of Object.entries(CASES)) {
    trial.step(step);
    for (const [text, likely] of Object.entries(texts)) {
      mustWrite(trial, { format, endpoint: parseEndpoint(text), likely });
    }
  }
  trial.step(`it writes ${RANDOM_COUNT} random endpoints`);
  for (const endpoint of randomEndpoints()) {
    mustWrite(trial, { format, endpoint });
  }
}

interface Call {
  format: FormatEndpoint;
  endpoint: Endpoint;
  /** What it means when the text is wrong. */
  likely?: string;
}

function mustWrite(trial: Trial, { format, endpoint, likely }: Call): void {
  const expected = formatEndpoint(endpoint);
  const given = { ...endpoint };
  const call = `formatEndpoint(${show(endpoint)})`;
  const outcome = outcomeOf(() => format(given));
  if ("error" in outcome) {
    trial.failOnSlip(call, outcome.error);
    trial.fail({
      problem: `${call} threw ${trial.describe(outcome.error)}.`,
      expected: show(expected),
      likely: endpoint.protocol === "unix"
        ? "Look at `protocol` before you use the other properties: only tcp " +
          "and udp have a hostname and a port."
        : "This endpoint is valid, and you don't have to check it.",
    }, { cause: outcome.error });
  }
  const received = outcome.value;
  trial.equal(received, expected, {
    problem: `${call} returned the wrong text.`,
    likely: diagnose(received, expected) ?? likely ??
      `Write hostname, port, and path as they are. ${readBack(received)}`,
  });
  trial.equal(given, endpoint, {
    problem: "formatEndpoint() changed the endpoint that you got.",
    likely: "The caller still uses it: make a new text, and leave the object " +
      "as it is.",
  });
}

/** What a wrong result shows of how it was made. */
function diagnose(received: unknown, expected: string): string | undefined {
  if (received instanceof Promise) {
    return "Nothing here has to wait: without `async`, your function returns " +
      "the text itself, not a promise of it.";
  }
  if (typeof received !== "string") {
    return "Return the text. A function without a return gives undefined, " +
      "even if it prints the text.";
  }
  if (received === expected.replace(/[[\]]/g, "")) {
    return "Without brackets, you can't tell the port's colon from those in " +
      `the IPv6 address. ${readBack(received)}`;
  }
  if (!expected.includes("[") && /[[\]]/.test(received)) {
    return "Only IPv6 addresses get brackets, to keep their colons apart from " +
      `the port's. ${readBack(received)}`;
  }
  const [protocol] = expected.split(":");
  if (!received.startsWith(`${protocol}:`)) {
    return `Start with the endpoint's own protocol, here ${protocol}.`;
  }
  if (protocol === "unix" && received.startsWith("unix://")) {
    return "In unix:PATH, the path follows the colon directly. Two slashes " +
      "announce a hostname, and a path has none.";
  }
  const port = expected.match(/:(\d+)$/)?.[0];
  if (port !== undefined && !received.endsWith(port)) {
    return "Always write the port, even 0 and 80: an endpoint has no default. " +
      readBack(received);
  }
}

/** What comes of a text when you parse it. */
function readBack(text: unknown): string {
  const outcome = outcomeOf(() => parseEndpoint(String(text)));
  return "error" in outcome
    ? `parseEndpoint() rejects your text: ${(outcome.error as Error).message}.`
    : `parseEndpoint() reads your text as ${show(outcome.value)}.`;
}
