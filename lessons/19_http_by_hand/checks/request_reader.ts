/** How an answer to 19.1 is checked: a conversation, cases, and limits. */
import { writeAll } from "../../../lib/net/mod.ts";
import {
  connectPair,
  FakeConn,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { RequestReaderClass } from "../types.ts";
import {
  INCOMPLETE_REQUESTS,
  MALFORMED_REQUESTS,
} from "./rejected_requests.ts";
import {
  AT_END,
  bytesOf,
  type ErrorClass,
  expectError,
  expectRequest,
  LENGTH,
  LIMITS,
  LINES,
  NEXT,
  type RequestCase,
  requireOpen,
  runCase,
  startReader,
  type Subject,
} from "./run_requests.ts";
import { CHUNKED, VALID_REQUESTS } from "./valid_requests.ts";

/** Checks an answer to 19.1. */
export async function checkRequestReader(
  RequestReader: RequestReaderClass,
  trial: Trial,
): Promise<void> {
  const subject = { RequestReader, trial };
  await checkConversation(subject);
  for (const one of VALID_REQUESTS) await runCase(subject, one);
  for (const one of HEAD_LIMITS) await runCase(subject, one);
  for (const one of ENDLESS) await checkEndless(subject, one);
  for (const one of BODY_LIMITS) await runCase(subject, one);
  for (const one of INCOMPLETE_REQUESTS) await runCase(subject, one);
  for (const one of MALFORMED_REQUESTS) await runCase(subject, one);
}

/** A client waits for its answer, sends two requests at once, and ends. */
async function checkConversation(subject: Subject): Promise<void> {
  const { trial } = subject;
  trial.step("a client sends GET /hello, and waits for the answer");
  const { peer, conn } = await connectPair(trial);
  const run = await startReader(subject, conn);
  await writeAll(
    peer,
    bytesOf("GET /hello HTTP/1.1\r\nHost: b:7000\r\nAccept: */*\r\n\r\n"),
  );
  await expectRequest(run, {
    target: "/hello",
    headers: { host: "b:7000", accept: "*/*" },
  }, {
    likely: "The blank line ends this request. Split the first line at its " +
      "spaces, and each other line at its first colon: there may be more of " +
      "them in the value.",
    read: LINES,
  });

  trial.step('in one write it sends POST with "zwölf", and GET /next; it ends');
  await writeAll(
    peer,
    bytesOf(
      "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nzwölf" +
        "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
  );
  await peer.closeWrite();
  const first = await expectRequest(run, {
    method: "POST",
    target: "/first",
    headers: { "content-length": "6" },
    body: "zwölf",
  }, {
    likely:
      "Content-Length counts bytes: six for the five characters of zwölf. " +
      "Take exactly that many bytes, decode nothing, and leave the rest for " +
      "the next request.",
    read: LENGTH,
  });
  await expectRequest(run, { target: "/next" }, {
    likely:
      "The next request arrived in the same read as the end of this one. " +
      "Keep the bytes that a call doesn't need in a field of the object, and " +
      "use them up before you read again.",
    read: NEXT,
  });
  trial.step("readRequest() returns null at the end");
  await expectRequest(run, null, AT_END);
  trial.equalBytes(first, bytesOf("zwölf"), {
    problem: "The body of the first request has changed since you returned it.",
    likely: "It's a view of a buffer that you've used again: return a copy.",
    read: LENGTH,
  });
  requireOpen(run);
}

const SIZES = [[100, { maxHeadBytes: 100 }], [8192]] as const;
const HEAD_LIMITS = SIZES.flatMap(([size, limits]): RequestCase[] => {
  const what = limits === undefined ? "no limits" : `maxHeadBytes ${size}`;
  const due = { target: "/", headers: { x: "x".repeat(size - 32) } };
  return [{
    step: `${what}: a head of ${size} bytes, and a request after it`,
    sent: headOf(size).repeat(2),
    limits,
    due: [due, due],
    likely: "The limit is for one head, with its blank line, and a head of " +
      "exactly that size is allowed. What follows the head doesn't count.",
    read: LIMITS,
  }, {
    step: `${what}: a head of ${size + 1} bytes`,
    sent: headOf(size + 1),
    limits,
    due: [RangeError],
    likely:
      "A head that's one byte over the limit is too long. The blank line " +
      "counts.",
    read: LIMITS,
  }];
});

/** A head of this many bytes, with its blank line. */
function headOf(size: number): string {
  return `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(size - 32)}\r\n\r\n`;
}

const CLAIM =
  "A length is only what the peer claims. Check it before you allocate that " +
  "much or wait for it: without a limit, any client can fill your memory.";

const BODY_LIMITS: RequestCase[] = [
  {
    step: "maxBodyBytes 10: a body of 10 bytes, and then one of 11",
    sent: postOf(10) + postOf(11),
    limits: { maxBodyBytes: 10 },
    due: [{
      method: "POST",
      target: "/",
      headers: { "content-length": "10" },
      body: "x".repeat(10),
      likely: "A body of exactly the limit is allowed.",
    }, RangeError],
    likely: CLAIM,
    read: LIMITS,
  },
  {
    step: "maxBodyBytes 10: chunks of 5 and 6 bytes",
    sent: `${CHUNKED}5\r\nxxxxx\r\n6\r\nxxxxxx\r\n0\r\n\r\n`,
    limits: { maxBodyBytes: 10 },
    due: [RangeError],
    likely:
      "The limit is for the whole body, so add up the chunks: each may be " +
      "small, and the last one may never come.",
    read: LIMITS,
  },
  ...Object.entries({
    "Content-Length: 1048577": postOf(1048577, ""),
    "a chunk whose size is 100001": `${CHUNKED}100001\r\n`,
    "a chunk whose size is 10000000000000005":
      `${CHUNKED}10000000000000005\r\n`,
  }).map(([what, sent]): RequestCase => ({
    step: `no limits: ${what}, and the client waits`,
    sent,
    waits: true,
    due: [RangeError],
    likely: CLAIM,
    read: LIMITS,
  })),
];

/** A request that promises a body of this many bytes. */
function postOf(size: number, body = "x".repeat(size)): string {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}`;
  return `${head}\r\n\r\n${body}`;
}

/** What never ends, and how it must be refused. */
interface Endless {
  step: string;
  sent: string;
  /** What's too long: `head`. */
  what: string;
  due: ErrorClass[];
  likely: string;
}

const ENDLESS_HEAD =
  "Check how much you've kept after each read, all lines together. Don't wait " +
  "for the end of the head to see that it's too long: the end may never come.";

const ENDLESS: Endless[] = [
  {
    step: "no limits: one field without end",
    sent: `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(1024 * 1024)}`,
    what: "head",
    due: [RangeError],
    likely: ENDLESS_HEAD,
  },
  {
    step: "no limits: short fields without end",
    sent: `GET / HTTP/1.1\r\nHost: a${"\r\nX: y".repeat(200_000)}`,
    what: "head",
    due: [RangeError],
    likely: ENDLESS_HEAD,
  },
  {
    step: "no limits: the size of a chunk is 000… without end",
    sent: CHUNKED + "0".repeat(1024 * 1024),
    what: "line",
    due: [RangeError, TypeError],
    likely:
      "The line with the size of a chunk may never end, just like a head: " +
      "check how much of it you've kept after each read.",
  },
];

/** How far past its limit an answer may read: several buffers of any size. */
const PATIENCE = 256 * 1024;

/** What has no end must be refused before too much of it has been read. */
async function checkEndless(
  subject: Subject,
  { step, sent, what, due, likely }: Endless,
): Promise<void> {
  const { trial } = subject;
  trial.step(step);
  const conn = trial.use(
    new FakeConn({
      incoming: sent,
      then: "silence",
      readSize: 4096,
      onMove: () => trial.progress(),
    }),
  );
  const run = await startReader(subject, conn);
  const isTooLate = () => conn.unread < sent.length - PATIENCE;
  const tooLate = conn.until(isTooLate).then(() =>
    trial.fail({
      problem:
        `You read more than ${PATIENCE} bytes of one ${what}, but only ` +
        "8192 are allowed.",
      likely,
      read: LIMITS,
    })
  );
  const refused = expectError(run, due, { likely, read: LIMITS });
  for (const promise of [tooLate, refused]) promise.catch(() => {});
  await Promise.race([refused, tooLate]);
}
