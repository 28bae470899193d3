/** Sends requests to a RequestReader, and judges what each call does. */
import { writeAll } from "../../../lib/net/mod.ts";
import { connectPair, type Trial } from "../../../lib/workbook/kit/mod.ts";
import type {
  HttpRequest,
  RequestLimits,
  RequestReaderClass,
  RequestReading,
} from "../types.ts";

/** The headings in the README. */
export const LINES = "A request is lines of text";
export const HEAD_END = "Where a head ends";
export const NEXT = "One read is not one request";
export const LENGTH = "A body by its length";
export const CHUNKS = "A body in chunks";
export const SMUGGLED = "Two lengths are one too many";
export const LIMITS = "Everything needs a limit";

/** What it means when a call does something else. */
export interface Advice {
  likely: string;
  read: string;
}

/** A request that a call must return; its advice goes before the case's. */
export interface Due extends Partial<Advice> {
  /** @default "GET" */
  method?: string;
  target: string;
  /** The headers besides `host: a`; `null` if they aren't compared. */
  headers?: Record<string, string> | null;
  body?: Uint8Array | string;
}

/** The class of the error that a call must throw. */
export type ErrorClass = new (message?: string) => Error;

/** What a client sends, and what must come of it. */
export interface RequestCase extends Advice {
  step: string;
  sent: Uint8Array | string;
  /**
   * What each call must return (`null` at the end), or the class of error that
   * it must throw.
   */
  due: (Due | null | ErrorClass)[];
  limits?: RequestLimits;
  /** The most bytes that one read returns. */
  readSize?: number;
  /** Whether the client waits when it has sent this, and doesn't end. */
  waits?: boolean;
}

/** What is checked, and how it's reported. */
export interface Subject {
  RequestReader: RequestReaderClass;
  trial: Trial;
}

/** One reader on one connection. */
export interface Run {
  trial: Trial;
  reader: RequestReading;
  conn: { readonly closed: boolean };
}

/** Sends what a case says to a new reader, and checks each of its calls. */
export async function runCase(
  subject: Subject,
  { step, sent, due, limits, readSize, waits, ...advice }: RequestCase,
): Promise<void> {
  subject.trial.step(step);
  const { peer, conn } = await connectPair(subject.trial, { readSize });
  const sending = writeAll(peer, bytesOf(sent))
    .then(() => waits ? undefined : peer.closeWrite());
  sending.catch(() => {});
  const run = await startReader(subject, conn, limits);
  for (const one of due) {
    if (typeof one === "function") await expectError(run, [one], advice);
    else await expectRequest(run, one, advice);
  }
  requireOpen(run);
}

/** Makes a reader. */
export async function startReader(
  { RequestReader, trial }: Subject,
  conn: Deno.Conn & Run["conn"],
  limits?: RequestLimits,
): Promise<Run> {
  // Not every answer takes `undefined` for no limits at all.
  const rest: [RequestLimits?] = limits === undefined ? [] : [limits];
  const make = () => new RequestReader(conn, ...rest);
  return { trial, conn, reader: await trial.start("new RequestReader", make) };
}

/**
 * Makes a call that must return a request, or `null` at the end.
 *
 * @returns The body of the request.
 */
export async function expectRequest(
  run: Run,
  due: Due | null,
  general: Advice,
): Promise<Uint8Array> {
  // Only a declared type tells the compiler that fail() never returns.
  const trial: Trial = run.trial;
  const { method = "GET", target, headers = {}, body = "", ...own } = due ??
    { target: "", ...AT_END };
  const advice = { ...general, ...own };
  const expected = due === null ? "null" : `${method} ${target}`;
  const result = await call(run, `return ${expected}`, advice);
  if (result.status === "rejected") {
    // A TypeError that the answer throws by choice means that it misread.
    trial.failOnSlip("readRequest()", result.reason, TypeError);
    trial.fail({
      problem: `readRequest() threw ${trial.describe(result.reason)}.`,
      expected,
      ...advice,
    }, { cause: result.reason });
  }
  const request = result.value;
  if (due === null) {
    trial.equal(request, null, advice);
    return new Uint8Array();
  }
  if (
    !(request?.headers instanceof Map && request.body instanceof Uint8Array)
  ) {
    trial.fail({
      problem: `readRequest() returned ${Deno.inspect(request)}` +
        `${request ? "" : ", but a request has arrived"}.`,
      expected,
      ...request ? { likely: SHAPE } : advice,
    });
  }
  trial.equal(`${request.method} ${request.target}`, expected, {
    problem: "`method` or `target` isn't what the client sent.",
    ...advice,
  });
  if (headers !== null) {
    compareHeaders(request.headers, { host: "a", ...headers }, trial, advice);
  }
  compareBody(request.body, bytesOf(body), trial, advice);
  return request.body;
}

/** Said where the client has ended between two requests. */
export const AT_END: Advice = {
  likely:
    "The client closed its side between two requests, and that's not an " +
    "error: when read() returns null and you have no bytes left over, return " +
    "null.",
  read: HEAD_END,
};

/** Makes a call that must throw an error of one of these classes. */
export async function expectError(
  run: Run,
  due: ErrorClass[],
  advice: Advice,
): Promise<void> {
  const { trial } = run;
  const expected = due.map((Class) => new Class().name).join(" or ");
  const result = await call(run, `throw ${expected}`, advice);
  if (result.status === "fulfilled") {
    const what = result.value === null ? "null" : "a request";
    return trial.fail({
      problem:
        `readRequest() returned ${what} instead of throwing ${expected}.`,
      received: Deno.inspect(result.value, { strAbbreviateSize: 60 }),
      ...advice,
    });
  }
  const error = result.reason;
  const isDue = due.some((Class) => error instanceof Class);
  const isEngines = isDue && ENGINE.test(error.message);
  // Whatever is due here: answers throw TypeErrors by choice elsewhere.
  if (!isEngines) trial.failOnSlip("readRequest()", error, TypeError);
  if (isDue && !isEngines) return;
  trial.fail({
    problem: isEngines
      ? "Your code ran out of memory before it checked the limit."
      : `Wrong error class: expected ${expected}.`,
    received: trial.describe(error),
    ...advice,
  });
}

/** RangeErrors that the engine throws by itself. */
const ENGINE = /call stack|array length|array buffer|allocation/i;

async function call(
  { trial, reader }: Run,
  due: string,
  advice: Advice,
): Promise<PromiseSettledResult<HttpRequest | null>> {
  const [result] = await trial.waitFor(
    Promise.allSettled([(async () => await reader.readRequest())()]),
    { waitingFor: `readRequest() to ${due}`, ...advice },
  );
  return result;
}

/** Fails if the answer has closed the connection. */
export function requireOpen({ trial, conn }: Run): void {
  if (!conn.closed) return;
  trial.fail({
    problem: "readRequest() closed the connection.",
    likely: "The caller still has to write the response to it, and closes it " +
      "afterward. Watch out for conn.readable: it closes the whole connection " +
      "at its end, and when you leave a loop over it.",
    read: NEXT,
  });
}

const SHAPE =
  "A request is { method, target, headers, body }. `headers` must " +
  "be a Map, and `body` a Uint8Array (an empty one if there's no body).";

function compareHeaders(
  headers: Map<string, string>,
  due: Record<string, string>,
  trial: Trial,
  advice: Advice,
): void {
  const sorted = (fields: [string, string][]) =>
    fields.sort(([a], [b]) => a < b ? -1 : 1);
  const hasCapitals = [...headers.keys()].some((name) =>
    name !== name.toLowerCase()
  );
  trial.equal(sorted([...headers]), sorted(Object.entries(due)), {
    problem: "`headers` isn't what the client sent.",
    ...hasCapitals ? { likely: LOWER, read: LINES } : advice,
  });
}

/** Said of names that are still in capitals. */
export const LOWER =
  "Field names are case-insensitive: convert them to lowercase.";

function compareBody(
  body: Uint8Array,
  due: Uint8Array,
  trial: Trial,
  advice: Advice,
): void {
  const isWindows = body.length === due.length &&
    body.toHex() !== due.toHex() &&
    body.toHex() === throughWindows1252(due).toHex();
  trial.equalBytes(body, due, {
    problem: body.length === due.length
      ? "`body` has the right length, but other bytes."
      : `\`body\` has ${body.length} bytes instead of ${due.length}.`,
    ...isWindows ? { likely: WINDOWS, read: LINES } : advice,
  });
}

/** What becomes of bytes that are decoded by the label latin1, and cut again. */
function throughWindows1252(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

const WINDOWS =
  'With the label "latin1", TextDecoder decodes windows-1252: byte 80 becomes ' +
  "€, and its code 20ac becomes ac when you cut it to a byte. " +
  "String.fromCharCode() makes one character from each byte.";

/** Text in UTF-8; bytes as they are. */
export function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
