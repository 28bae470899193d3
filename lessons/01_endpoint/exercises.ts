/** The exercises of lesson 1, and how an answer to each is checked. */
import {
  connect,
  type Endpoint,
  endpointOf,
  formatEndpoint as write,
  listenTcp,
  parseEndpoint as read,
} from "../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  placeInAnswer,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";
import { type Case, GOOD, randomEndpoints, REFUSED, WRITTEN } from "./cases.ts";
import * as solution from "./solution.ts";

type Parse = (text: string) => Endpoint;
type Format = (endpoint: Endpoint) => string;

const HOW_WRITTEN = "How an endpoint is written";
const TEXT_TO_NUMBER = "From text to a number";
const RANDOM_COUNT = 200;

const parseEndpoint = exercise<Parse>({
  id: "1.1",
  pure: true,
  title: "Read an endpoint",
  solution: solution.parseEndpoint,
  hints: [
    "Which colon in `udp://[::1]:53` is the one before the port? And what " +
    'does `Number("")` give, or `parseInt("80abc")`?',
    "Look at the start first: `unix:` means that all the rest is the path. " +
    "After `tcp://` or `udp://`, cut at the last colon. Then look at the two " +
    "parts: is the port made of digits, and not too large? Does the hostname " +
    "have brackets to take off, or colons without brackets?",
    "Nearly the code, for `rest`, which is what follows `tcp://`:\n" +
    '    const colon = rest.lastIndexOf(":");\n' +
    "    const hostname = rest.slice(0, colon); // -1 when there is no colon\n" +
    "    const digits = rest.slice(colon + 1);\n" +
    "    if (!/^[0-9]+$/.test(digits)) {\n" +
    "      throw new TypeError(`no port in ${text}`);\n" +
    "    }\n" +
    'A hostname that starts with "[" and ends with "]" is hostname.slice(1, -1). One ' +
    "that has a colon and no brackets is none, and neither is an empty one.",
  ],
  read: HOW_WRITTEN,
  async check(parse, trial) {
    for (const { step, texts } of GOOD) {
      trial.step(step);
      for (const one of texts) mustRead(parse, one, trial);
    }
    for (const { step, texts } of REFUSED) {
      trial.step(step);
      for (const one of texts) mustRefuse(parse, one, trial);
    }
    trial.step(`it reads ${RANDOM_COUNT} endpoints made at random`);
    for (const endpoint of randomEndpoints(RANDOM_COUNT)) {
      mustRead(parse, { text: write(endpoint), likely: COMPARE }, trial);
    }
    trial.step("a server listens, and a client goes where the text says");
    const listener = trial.use(listenTcp());
    const text = write(endpointOf(listener.addr));
    const endpoint = mustRead(parse, { text, likely: COMPARE }, trial);
    trial.use(
      await trial.waitFor(connect(endpoint), {
        waitingFor: `a connection to ${text}`,
        likely: COMPARE,
      }),
    );
  },
});

const COMPARE = "Compare the text with what came, part by part: protocol, " +
  "hostname, port or path. HOST and PATH stay as they are written.";

/** The answer must read the text as the workbook's own reader does. */
function mustRead(parse: Parse, one: Case, trial: Trial): Endpoint {
  const { text, likely, read: heading = HOW_WRITTEN } = one;
  const expected = read(text);
  const outcome = outcomeOf(() => parse(text));
  const call = `parseEndpoint(${JSON.stringify(text)})`;
  if ("error" in outcome) {
    trial.failOnSlip(call, outcome.error, TypeError);
    trial.fail({
      problem: `${call} threw ${nameOf(outcome.error)}.`,
      expected: show(expected),
      read: heading,
      likely: readsLater(parse, text)
        ? "The same text is read at the second call: something is left over " +
          "from the call before. A regular expression with the flag g keeps " +
          "its lastIndex, for one."
        : likely,
    }, { cause: outcome.error });
  }
  const received = plain(outcome.value);
  trial.equal(received, expected, {
    problem: `${call} gave something else.`,
    likely: diagnose(received, expected) ?? likely,
    read: isText(received, "port") ? TEXT_TO_NUMBER : heading,
  });
  return expected;
}

/** The answer must throw a TypeError. */
function mustRefuse(
  parse: Parse,
  { text, likely, read = HOW_WRITTEN }: Case,
  trial: Trial,
): void {
  const outcome = outcomeOf(() => parse(text));
  const call = `parseEndpoint(${JSON.stringify(text)})`;
  const expected = "a TypeError";
  if (!("error" in outcome)) {
    trial.fail({
      problem: `${call} returned.`,
      expected,
      received: show(outcome.value),
      likely: outcome.value === null || outcome.value === undefined
        ? "A caller who does not look goes on with a value that is none. " +
          "Throw: then nobody can overlook it."
        : likely,
      read,
    });
  }
  if (outcome.error instanceof TypeError) return;
  trial.failOnSlip(call, outcome.error);
  trial.fail({
    problem: `${call} threw ${nameOf(outcome.error)}.`,
    expected,
    likely:
      "It is right to throw, but a caller tells failures apart by their " +
      "class: `throw new TypeError(…)`.",
  }, { cause: outcome.error });
}

/** What a wrong result shows of how it was made. */
function diagnose(received: unknown, expected: Endpoint): string | undefined {
  if (received === null || typeof received !== "object") {
    return "Return an object with a field for each part. A function without " +
      "a return gives undefined.";
  }
  if (received instanceof Promise) {
    return "Nothing here has to wait: write a function that is not async, so " +
      "that it returns the endpoint itself and not a promise of it.";
  }
  const got = received as Record<string, unknown>;
  if (/[:/]/.test(String(got.protocol))) {
    return "The protocol is the word alone, without the colon and the " +
      "slashes behind it.";
  }
  if (expected.protocol === "unix") return undefined;
  if (typeof got.port === "string") {
    return "The port is a number in an endpoint, and text only in its " +
      "written form: Number(digits) makes one of the other.";
  }
  if (got.hostname === `[${expected.hostname}]`) {
    return "The brackets belong to the written form only: they say where the " +
      "address ends. The address itself has none.";
  }
  if (String(got.hostname).startsWith("[")) return SPLIT_AT_FIRST;
  if (Number.isNaN(got.port)) {
    return "NaN is what Number() gives for a text that is no number. Is it " +
      "cut at the right colon?";
  }
  if (expected.port === 80 && got.port !== 80) {
    return "80 is the default port of http, and new URL() drops the default. " +
      "An endpoint is not a web address: cut the text yourself.";
  }
  return undefined;
}

const SPLIT_AT_FIRST = "An IPv6 address has colons of its own. The port " +
  "follows the last colon of the text, not the first.";

const formatEndpoint = exercise<Format>({
  id: "1.2",
  pure: true,
  title: "Write an endpoint",
  solution: solution.formatEndpoint,
  hints: [
    "What does `parseEndpoint` need in order to find the end of the hostname? " +
    "Which hosts would hide it?",
    "Two kinds of endpoint, two ways to write them: look at " +
    "`endpoint.protocol` first. TypeScript then knows whether there is a " +
    "path or a hostname and a port. A template string puts the parts together.",
    "Nearly the code:\n" +
    '    if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;\n' +
    "    const { protocol, hostname, port } = endpoint;\n" +
    '    const written = hostname.includes(":") ? `[${hostname}]` : hostname;\n' +
    "Now put `protocol`, `written` and `port` together.",
  ],
  read: HOW_WRITTEN,
  async check(format, trial) {
    for (const { step, texts } of WRITTEN) {
      trial.step(step);
      for (const one of texts) mustWrite(format, read(one.text), trial, one);
    }
    trial.step(
      `${RANDOM_COUNT} endpoints made at random are read back the same`,
    );
    for (const endpoint of randomEndpoints(RANDOM_COUNT)) {
      mustWrite(format, endpoint, trial);
    }
    trial.step("a server listens, and a client goes where the text says");
    const listener = trial.use(listenTcp());
    const text = mustWrite(format, endpointOf(listener.addr), trial);
    trial.use(
      await trial.waitFor(connect(text), {
        waitingFor: `a connection to ${text}`,
        likely: "Write the hostname and the port as they are.",
      }),
    );
  },
});

/** The answer must write the endpoint as the workbook's own writer does. */
function mustWrite(
  format: Format,
  endpoint: Endpoint,
  trial: Trial,
  { likely }: Partial<Case> = {},
): string {
  const expected = write(endpoint);
  const given = { ...endpoint };
  const call = `formatEndpoint(${show(endpoint)})`;
  const outcome = outcomeOf(() => format(given));
  if ("error" in outcome) {
    trial.failOnSlip(call, outcome.error);
    trial.fail({
      problem: `${call} threw ${nameOf(outcome.error)}.`,
      expected: show(expected),
      likely: endpoint.protocol === "unix"
        ? "Look at `protocol` before you use the other fields: only tcp and " +
          "udp have a hostname and a port."
        : "Nothing is wrong with this endpoint, and formatEndpoint() need not " +
          "check it.",
    }, { cause: outcome.error });
  }
  const received = outcome.value;
  trial.equal(received, expected, {
    problem: `${call} gave something else.`,
    likely: diagnoseText(received, expected) ??
      likely ??
      `Host, port and path are written as they are. ${readBack(received)}`,
  });
  trial.equal(given, endpoint, {
    problem: "formatEndpoint() changed the endpoint that it was given.",
    likely: "The caller goes on to use it: make a new text, and leave the " +
      "object as it is.",
  });
  return expected;
}

/** What a wrong text shows of how it was made. */
function diagnoseText(received: unknown, expected: string): string | undefined {
  if (received instanceof Promise) {
    return "Nothing here has to wait: a function that is not async returns " +
      "the text itself and not a promise of it.";
  }
  if (typeof received !== "string") {
    return "Return the text. A function without a return gives undefined, " +
      "also one that prints.";
  }
  if (received === expected.replace(/[[\]]/g, "")) {
    return "Without brackets nobody can tell the port's colon from those of " +
      `the IPv6 address. ${readBack(received)}`;
  }
  if (!expected.includes("[") && /[[\]]/.test(received)) {
    return "Brackets are for IPv6 addresses only, to keep their colons apart " +
      `from the port's. ${readBack(received)}`;
  }
  const start = expected.slice(0, expected.indexOf(":"));
  if (!received.startsWith(`${start}:`)) {
    return `The text begins with the endpoint's own protocol, here ${start}.`;
  }
  if (start === "unix" && received.startsWith("unix://")) {
    return "In unix:PATH the path follows the colon at once. Two slashes " +
      "announce a hostname, and a path has none.";
  }
  const port = expected.match(/:(\d+)$/)?.[0];
  if (port !== undefined && !received.endsWith(port)) {
    return "The port is always written, 0 and 80 too: an endpoint has no " +
      `default. ${readBack(received)}`;
  }
  return undefined;
}

/** What comes of a text when it is read again. */
function readBack(text: unknown): string {
  const outcome = outcomeOf(() => read(String(text)));
  return "error" in outcome
    ? `Read back, it is refused: ${(outcome.error as Error).message}.`
    : `Read back, it is ${show(outcome.value)}.`;
}

/** Whether a call that failed succeeds when it is made again. */
function readsLater(parse: Parse, text: string): boolean {
  const again = outcomeOf(() => parse(text));
  return "value" in again && show(plain(again.value)) === show(read(text));
}

function isText(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null)?.[name] === "string";
}

type Outcome = { value: unknown } | { error: unknown };

function outcomeOf(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** The fields of an object, whatever made it: a class will do as well. */
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

function show(value: unknown): string {
  return Deno.inspect(value, { sorted: true, breakLength: Infinity });
}

/** An error in words, with its place in the learner's file if it has one. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return show(error);
  const place = placeInAnswer(error);
  return `${error.name}: ${error.message}${place ? ` at ${place}` : ""}`;
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [parseEndpoint, formatEndpoint];
