/** The exercises of lesson 5, and how an answer to each is checked. */
import { writeAll } from "../../lib/net/mod.ts";
import {
  connectPair,
  type Exercise,
  exercise,
  FakeConn,
  type ShortConn,
  type Trial,
  type TrialFailure,
} from "../../lib/workbook/kit/mod.ts";
import { Messages } from "./messages.ts";
import * as solution from "./solution.ts";

type ReadMessages = (
  conn: Deno.Conn,
  options?: { maxBytes?: number },
) => AsyncGenerator<string>;
type EncodeFrame = (text: string) => Uint8Array;

const LINES = "Lines: a mark behind each message";
const CUT = "A read may end anywhere";
const LIMIT = "Every message needs a limit";
const FRAMES = "Frames: a length in front";
const END = "An end in the middle";

/** The limit of 5.3 where none is given, in bytes. */
const USUAL_LIMIT = 1024 * 1024;

/** How far past its limit an answer may read: several buffers of any size. */
const PATIENCE = 256 * 1024;

/** One run of an answer that yields messages. */
interface Run {
  trial: Trial;
  /** The function's name. */
  name: string;
  read: ReadMessages;
  /** The heading to read when no other fits better. */
  section: string;
}

/** Bytes to send, and how the report calls them. */
interface Data {
  bytes: Uint8Array;
  what: string;
}

/** What is sent, and what must come of it. */
interface Sending {
  /** What the peer sends, before it ends its side. */
  data: Data;
  /** The messages in it. */
  expected: string[];
  /** The most bytes that one read gives. */
  readSize?: number;
  /** The answer's own options. */
  options?: { maxBytes: number };
  /** What it means if other messages come, and where to read. */
  likely: string;
  section?: string;
}

const readLines = exercise<ReadMessages>({
  id: "5.1",
  title: "Read lines",
  solution: solution.readLines,
  hints: [
    "A read gave the end of one line, two whole ones, and the first half of " +
    'the next, which ends inside an "ö". What can be decoded now, and what ' +
    "must be kept, in which form, until more comes?",
    "Keep the bytes that are in no whole line yet. After each read, put the " +
    "new ones behind them; as long as there is a 0x0a among them, cut a line " +
    "off the front, decode it and yield it. Then look at how much is left: " +
    "over the limit with no 0x0a is an error at once. At the end, what is left " +
    "is the last line.",
    "Nearly the code, inside the loop of reads:\n" +
    "    pending = join(pending, buffer.subarray(0, count));\n" +
    "    let end;\n" +
    "    while ((end = pending.indexOf(0x0a)) !== -1) {\n" +
    "      yield lineOf(pending.subarray(0, end)); // cuts \\r, checks, decodes\n" +
    "      pending = pending.subarray(end + 1);\n" +
    "    }\n" +
    "    if (pending.length > maxBytes + 1) throw new RangeError(…);\n" +
    'with new TextDecoder("utf-8", { fatal: true }), which throws TypeError.',
  ],
  read: LINES,
  async check(read, trial) {
    const run = { trial, name: "readLines", read, section: LINES };
    await checkTalk(run, {
      first: lines(["one"]),
      more: lines(["two", "three"]),
      likely: "Yield each line as soon as its end has come: the client may " +
        "wait for an answer to it before it sends more, or ends.",
    });
    await checkLineForms(run);
    await checkNotUtf8(run, Uint8Array.of(0x6f, 0xff, 0x6b, 0x0a));
    await checkHalfCharacter(run);
    await checkGoodBeforeBad(run);
    await checkLineLimits(run);
    await checkEndlessLine(run);
  },
});

/** One message while the peer stays, then two in one piece, then the end. */
async function checkTalk(
  run: Run,
  parts: { first: Data; more: Data; likely: string },
): Promise<void> {
  const { trial } = run;
  trial.step(
    `a client sends ${parts.first.what} and waits; the message is read`,
  );
  const { peer, conn } = await connectPair(trial);
  await writeAll(peer, parts.first.bytes);
  const messages = start(run, conn);
  const first = await messages.next({
    waitingFor: "the first message",
    likely: parts.likely,
  });
  compare(run, first === undefined ? [] : [first], {
    expected: ["one"],
    likely: `Cut the message out of what came: no more, and no less.`,
  });
  requireOpen(conn, run);

  trial.step(`it sends ${parts.more.what} in one piece, and ends`);
  await writeAll(peer, parts.more.bytes);
  await peer.closeWrite();
  const rest = await messages.rest(2, UP_TO_THE_END);
  compare(run, rest, {
    expected: ["two", "three"],
    likely:
      "One read may bring many messages. What came behind the first one " +
      "is the next ones: keep it, and look at it before you read again.",
    section: CUT,
  });
  requireOpen(conn, run);

  trial.step("on another connection, the caller leaves after one message");
  const other = await connectPair(trial);
  await writeAll(other.peer, parts.first.bytes);
  const left = start(run, other.conn);
  await left.next({ waitingFor: "the first message", likely: parts.likely });
  await left.leave();
  requireOpen(other.conn, run);
}

/** What a line looks like, in small. */
async function checkLineForms(run: Run): Promise<void> {
  const forms: (Omit<Sending, "data"> & { text: string })[] = [
    {
      text: "one\r\ntwo\r\n",
      expected: ["one", "two"],
      likely:
        "A line may end in \\r\\n as well as in \\n: take the \\r away, " +
        "if it is the last character before the \\n.",
    },
    {
      text: "a\n\nb\n",
      expected: ["a", "", "b"],
      likely:
        "Two \\n in a row have an empty line between them, which counts. " +
        "But behind the last \\n nothing more begins until a byte comes.",
    },
    {
      text: "one\nlast",
      expected: ["one", "last"],
      likely:
        "A last line with no \\n counts: at null, yield what is left, if " +
        "there is any.",
      section: END,
    },
    {
      text: "  in the middle \t\na\rb\r\r\n",
      expected: ["  in the middle \t", "a\rb\r"],
      likely: "Only the end of the line goes, and that has one \\r at the " +
        "most: blanks, tabs, and a \\r anywhere else belong to the line.",
    },
    {
      text: "one\nlast\r",
      expected: ["one", "last\r"],
      likely:
        "No \\n follows this \\r, so it is not the end of a line, but a " +
        "character in it. Take a \\r away only in front of a \\n.",
      section: END,
    },
    {
      text: "one\r\ntwo\r\n",
      expected: ["one", "two"],
      readSize: 1,
      likely:
        "The \\r and its \\n can come in two reads. Look for the \\r when " +
        "the line is whole, not in each piece.",
      section: CUT,
    },
    {
      text: "zwölf 🐢\n",
      expected: ["zwölf 🐢"],
      readSize: 1,
      likely:
        "A read may end anywhere, inside a character too. Put the pieces " +
        "of a line together first, and decode them then.",
      section: CUT,
    },
  ];
  for (const { text, ...sending } of forms) {
    await send(run, { data: textData(text), ...sending });
  }
  await sendMany(run, lines);
}

/** Messages of all sizes, through narrow reads. */
async function sendMany(
  run: Run,
  encode: (texts: string[]) => Data,
): Promise<void> {
  const texts = Array.from(
    { length: 100 },
    (_, i) => "zwölf 🐢 ".repeat(i % 30) + i,
  );
  const data = encode(texts);
  const size = data.bytes.length;
  for (const readSize of [1, 5, 4096]) {
    run.trial.step(
      `100 messages in ${size} bytes; each read gives at most ${readSize}`,
    );
    await sendAndCompare(run, {
      data,
      expected: texts,
      readSize,
      likely: "The same bytes are the same messages, however they come: what " +
        "is read behind the end of one is the beginning of the next.",
      section: CUT,
    });
  }
}

/** A byte that no text has. */
async function checkNotUtf8(run: Run, bytes: Uint8Array): Promise<void> {
  run.trial.step(`what comes is not UTF-8: ${spaced(bytes)}`);
  const { peer, conn } = await connectPair(run.trial);
  await writeAll(peer, bytes);
  await expectError(run, start(run, conn), NOT_UTF8);
  requireOpen(conn, run);
}

/** A last line that breaks off inside a character. */
async function checkHalfCharacter(run: Run): Promise<void> {
  const bytes = Uint8Array.of(0x61, 0x62, 0xc3);
  run.trial.step(`the stream ends inside a character: ${spaced(bytes)}`);
  const { peer, conn } = await connectPair(run.trial);
  await writeAll(peer, bytes);
  await peer.closeWrite();
  await expectError(run, start(run, conn), {
    ...NOT_UTF8,
    likely: "The first byte of an ö is no text. A decoder that is told " +
      "{ stream: true } keeps it, waits for the second, and says nothing: call " +
      "decode() once more at the end, without that. A decoder that is not " +
      "fatal puts � in its place.",
  });
}

/** What is whole is handed out, whatever follows it. */
async function checkGoodBeforeBad(run: Run): Promise<void> {
  const { trial } = run;
  trial.step('"good\\n" and a line that is not UTF-8 come in one read');
  const { peer, conn } = await connectPair(trial);
  const bad = Uint8Array.of(0xff, 0x0a);
  await writeAll(peer, Uint8Array.of(...bytesOf("good\n"), ...bad));
  const likely = "The first line is whole, and UTF-8: yield it. What follows " +
    "it is another line, so cut the bytes into lines first, and decode each " +
    "line by itself.";
  const messages = start(run, conn, undefined, { likely, section: CUT });
  const first = await messages.next({
    waitingFor: 'the line "good"',
    likely,
    read: CUT,
  });
  compare(run, first === undefined ? [] : [first], {
    expected: ["good"],
    likely,
    section: CUT,
  });
  await expectError(run, messages, NOT_UTF8);
}

/** Bytes of one line, and not characters, and not of all lines. */
async function checkLineLimits(run: Run): Promise<void> {
  const { trial } = run;
  const options = { maxBytes: 10 };
  const texts = Array.from({ length: 200 }, () => "0123456789");
  trial.step("maxBytes 10: 200 lines of 10 bytes each");
  await sendAndCompare(run, {
    data: lines(texts),
    expected: texts,
    options,
    likely: "The limit is for each line by itself, and a line of just " +
      "`maxBytes` bytes is allowed. Its end does not count, and neither do " +
      "other lines that came with it.",
    section: LIMIT,
  });
  for (const readSize of [4096, 11]) {
    trial.step(
      `the same lines with \\r\\n; each read gives at most ${readSize}`,
    );
    await sendAndCompare(run, {
      data: textData(texts.map((text) => `${text}\r\n`).join("")),
      expected: texts,
      readSize,
      options,
      likely: "The end of a line does not count, and \\r\\n is one: 10 bytes " +
        "and a \\r may be a line that is not too long. Whether the \\r counts " +
        "is known when the next byte is there, and a read may end just before " +
        "that.",
      section: LIMIT,
    });
  }
  for (
    const [text, what] of [
      ["0123456789!\n", "a line of 11 bytes"],
      ["öööööö\n", "a line of 6 characters, which are 12 bytes"],
      ["0123456789!", "11 bytes, and then the end, with no \\n"],
    ]
  ) {
    trial.step(`maxBytes 10: ${what}`);
    const { peer, conn } = await connectPair(trial);
    await writeAll(peer, bytesOf(text));
    await peer.closeWrite();
    await expectError(run, start(run, conn, options), {
      ...TOO_LONG,
      likely: text.startsWith("ö")
        ? "The limit is in bytes, since bytes fill the memory: " +
          "text.length counts something else."
        : TOO_LONG.likely,
    });
  }
  await checkLimitOfNone(run, textData("\nx\n"));
  const longest = "x".repeat(65536);
  trial.step("no maxBytes: a line of 65536 bytes, and then one of 65537");
  const { peer, conn } = await connectPair(trial);
  const messages = start(run, conn);
  const sending = writeAll(peer, bytesOf(`${longest}\n${longest}x\n`));
  sending.catch(() => {});
  const first = await messages.next({
    waitingFor: "the first line",
    likely: "65536 bytes are allowed.",
  });
  if (first !== longest) {
    trial.fail({
      problem: `The line has ${first?.length} characters, not 65536.`,
      likely: "The pieces of a long line come in many reads: keep them all.",
      read: CUT,
    });
  }
  await expectError(run, messages, TOO_LONG);
}

/** An empty message and one of one byte, where none is to have any. */
async function checkLimitOfNone(run: Run, data: Data): Promise<void> {
  const { trial } = run;
  const likely =
    "A limit of 0 is a limit: an empty message keeps it, and one " +
    "byte is too much. `||` takes 0 for a limit that was not given; `??` and " +
    "a default value do not.";
  trial.step(`maxBytes 0: ${data.what}`);
  const { peer, conn } = await connectPair(trial);
  await writeAll(peer, data.bytes);
  const messages = start(run, conn, { maxBytes: 0 }, {
    likely,
    section: LIMIT,
  });
  const first = await messages.next({
    waitingFor: "the empty message",
    likely,
    read: LIMIT,
  });
  compare(run, first === undefined ? [] : [first], {
    expected: [""],
    likely,
    section: LIMIT,
  });
  await expectError(run, messages, { ...TOO_LONG, likely });
  requireOpen(conn, run);
}

/** More keeps coming, and no end of the line with it. */
async function checkEndlessLine(run: Run): Promise<void> {
  const { trial } = run;
  trial.step('maxBytes 1000: "ok\\n", and then "xxx…" for ever, with no \\n');
  const size = 1024 * 1024;
  const conn = trial.use(
    new FakeConn({
      incoming: "ok\n" + "x".repeat(size),
      then: "silence",
      readSize: 4096,
      onMove: () => trial.progress(),
    }),
  );
  const messages = start(run, conn, { maxBytes: 1000 });
  const first = await messages.next({
    waitingFor: 'the line "ok"',
    likely: "It is whole, and within the limit: yield it.",
  });
  compare(run, [first!], {
    expected: ["ok"],
    likely: "It is whole, and within the limit: yield it.",
  });
  const tooLate = conn.until(() => conn.unread < size - PATIENCE).then(() =>
    trial.fail({
      problem: `It has read ${PATIENCE} bytes of one line, where 1000 are ` +
        "allowed, and reads on.",
      likely: "Look at how much is kept after each read. That a line is too " +
        "long is known before its end has come, and its end may never come: " +
        "until then everything would be kept.",
      read: LIMIT,
    })
  );
  tooLate.catch(() => {});
  await Promise.race([expectError(run, messages, TOO_LONG), tooLate]);
}

/** Says what is sent, sends it, and compares what comes of it. */
async function send(run: Run, sending: Sending): Promise<void> {
  const { data, readSize } = sending;
  const how = readSize === undefined
    ? ""
    : `; each read gives at most ${readSize}`;
  run.trial.step(`a client sends ${data.what} and ends${how}`);
  await sendAndCompare(run, sending);
}

async function sendAndCompare(run: Run, sending: Sending): Promise<void> {
  const { data, expected, readSize, options, likely, section } = sending;
  const { peer, conn } = await connectPair(run.trial, { readSize });
  const sent = writeAll(peer, data.bytes).then(() => peer.closeWrite());
  sent.catch(() => {});
  const messages = start(run, conn, options, sending);
  const received = await messages.rest(expected.length, {
    ...UP_TO_THE_END,
    // Here the way that the bytes come is all that is special.
    ...section === CUT ? { likely, read: section } : {},
  });
  compare(run, received, sending);
  requireOpen(conn, run);
}

/** Compares messages; what is wrong with them can be seen in some. */
function compare(
  { trial, section: usual }: Run,
  received: string[],
  { expected, likely, section }: Pick<
    Sending,
    "expected" | "likely" | "section"
  >,
): void {
  const at = expected.findIndex((message, i) => message !== received[i]);
  if (at === -1 && received.length === expected.length) return;
  const shown = (messages: string[]) =>
    Deno.inspect(
      messages.length <= 4 ? messages : messages.slice(at, at + 4),
      { strAbbreviateSize: 60 },
    );
  const where = received.findIndex((message, i) => message !== expected[i]);
  const wrong = received[where] ?? "";
  trial.fail({
    problem: received.length < expected.length
      ? `${received.length} messages came, where ${expected.length} were due.`
      : at === -1
      ? `More messages came than the ${expected.length} that were due.`
      : `Message ${at + 1} is not the one that was sent.`,
    expected: shown(expected),
    received: shown(received),
    ...lookAt(wrong, expected[where]) ?? {
      likely: at === -1
        ? "Behind the last message nothing more was sent. An empty message is " +
          "one only if its mark, or its length, has come."
        : likely,
      read: section ?? usual,
    },
  });
}

/** Calls the answer; what it throws where it should not gets explained. */
function start(
  { trial, name, read }: Run,
  conn: Deno.Conn,
  options?: { maxBytes: number },
  sending?: Pick<Sending, "likely" | "section">,
): Messages {
  return new Messages(
    trial,
    name,
    // Some would not take `undefined` for no options at all.
    options === undefined ? read(conn) : read(conn, options),
    (error) => explainError(error, sending),
  );
}

/** Some mistakes leave their marks in the text. */
function lookAt(
  text: string,
  due = "",
): Omit<TrialFailure, "problem"> | undefined {
  if (/^\0+$/.test(text) && text.length === due.length) {
    return {
      likely: "An array of the right length was never filled: a read that " +
        "makes its own array gives it back, and does not fill yours.",
      read: FRAMES,
    };
  }
  if (text.includes("\0".repeat(8))) {
    return {
      likely: "The \\0 were not sent: they are the part of the buffer that " +
        "read() did not fill. Published examples decode the whole buffer, " +
        "too. Decode buffer.subarray(0, count).",
      read: LINES,
    };
  }
  if (text.includes("\0")) {
    return {
      likely: "The \\0 are bytes of a length: they were taken for text. A " +
        "length ends after four bytes, and the next one begins where the text " +
        "ends.",
      read: FRAMES,
    };
  }
  if (text.includes("\ufffd")) {
    return {
      likely: "The � is half a character: a read ended inside it, and its " +
        "bytes were decoded piece by piece. Put a message together first, and " +
        "decode it when it is whole.",
      read: CUT,
    };
  }
  return undefined;
}

/** An error where none is due often has one of these causes. */
function explainError(
  error: unknown,
  sending?: Pick<Sending, "likely" | "section">,
): TrialFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const problem = `It threw ${error.name}: ${error.message}.`;
  const { likely = "", section } = sending ?? {};
  switch (error.name) {
    case "RangeError":
    case "TypeError":
    case "UnexpectedEof":
      // Here the way that the bytes come, or the limit, is all that is special.
      if (section === CUT || section === LIMIT) {
        return { problem, likely, read: section };
      }
  }
  switch (error.name) {
    case "RangeError":
      return {
        problem,
        likely: "No message here is over the limit. A length that is far too " +
          "large is often one read in the wrong order (it is big-endian), or " +
          "read from bytes that are not a length.",
        read: FRAMES,
      };
    case "TypeError":
      return {
        problem,
        likely: "If that is the decoder: all that was sent is UTF-8, but a " +
          "read may end inside a character. Decode a message when it is whole.",
        read: CUT,
      };
    case "UnexpectedEof":
      return {
        problem,
        likely: "The stream ended between two messages, which is no error: " +
          "return then.",
        read: END,
      };
  }
}

/** An error that is due, and what it means when something else comes. */
interface Due {
  /** Its class. */
  // deno-lint-ignore no-explicit-any
  error: new (...args: any[]) => Error;
  /** What it means if it does not come. */
  likely: string;
  /** What it means if the messages end instead; `likely` if not given. */
  ended?: string;
  /** What it means if another error comes; that it is another, if not given. */
  other?: string;
  section: string;
}

const TOO_LONG: Due = {
  error: RangeError,
  likely: "A message over the limit is refused, and not yielded: without a " +
    "limit, whoever can connect can fill the memory.",
  section: LIMIT,
};

const NOT_UTF8: Due = {
  error: TypeError,
  likely: "A TextDecoder puts � in the place of what is not UTF-8, and the " +
    'damage goes on unseen: new TextDecoder("utf-8", { fatal: true }) throws ' +
    "TypeError.",
  section: CUT,
};

const OTHER_ERROR = "Callers tell failures apart by the class of the error: " +
  "the task says which one belongs here.";

/** Expects the next thing that an answer does to be an error. */
async function expectError(
  run: Run,
  messages: Messages,
  { error, likely, ended = likely, other = OTHER_ERROR, section }: Due,
): Promise<void> {
  // Said in full, since only then does the compiler know that fail() is an end.
  const trial: Trial = run.trial;
  const outcome = await messages.outcome({
    waitingFor: `${run.name}() to throw ${error.name}`,
    likely,
    read: section,
  });
  if (outcome.kind === "error") {
    trial.failOnSlip(`${run.name}()`, outcome.error, TypeError);
    if (outcome.error instanceof error) return;
    trial.fail({
      problem: "It threw another error than the one that was asked for.",
      expected: error.name,
      received: trial.describe(outcome.error),
      likely: other,
      read: section,
    }, { cause: outcome.error });
  }
  trial.fail({
    problem: outcome.kind === "end"
      ? "It ended, as if all were well."
      : "It yielded a message.",
    expected: error.name,
    received: outcome.kind === "end"
      ? "the end"
      : Deno.inspect(outcome.message, { strAbbreviateSize: 60 }),
    likely: outcome.kind === "end" ? ended : likely,
    read: section,
  });
}

const UP_TO_THE_END = {
  waitingFor: "the messages, and the end behind them",
  likely: "All messages have been sent, and the peer has ended its side: " +
    "read() gives what there is, then null, each time it is asked.",
};

function requireOpen(
  conn: ShortConn,
  { trial, name, section }: Run,
): void {
  if (!conn.closed) return;
  trial.fail({
    problem: `${name}() closed the connection.`,
    likely:
      "The caller may still want to answer, be it that something is wrong: " +
      "whoever called it closes it. " +
      "The stream conn.readable closes the whole connection at its end, and " +
      "when a loop over it is left.",
    read: section,
  });
}

const encodeFrame = exercise<EncodeFrame>({
  id: "5.2",
  pure: true,
  title: "Put the length in front",
  solution: solution.encodeFrame,
  hints: [
    'How many bytes follow for "ö"? What knows that, the text or its bytes?',
    "Encode the text first, with TextEncoder. Then make an array with room for " +
    "four more bytes, put the number into the first four, and the bytes of the " +
    "text behind. `DataView` writes a number of four bytes.",
    "Nearly the code:\n" +
    "    const payload = new TextEncoder().encode(text);\n" +
    "    const frame = new Uint8Array(4 + payload.length);\n" +
    "    new DataView(frame.buffer).setUint32(0, payload.length);\n" +
    "    frame.set(payload, 4);\n" +
    "    return frame;",
  ],
  read: FRAMES,
  check(encodeFrame, trial) {
    const texts = ["hi", "zwölf 🐢", "", "x".repeat(300), "ö".repeat(40_000)];
    const results = texts.map((text) => {
      trial.step(`it encodes ${describe(text)}`);
      const frame = encodeFrame(text);
      if (!(frame instanceof Uint8Array)) {
        trial.fail({
          problem: `encodeFrame() gave ${Deno.inspect(frame)}.`,
          expected: "a Uint8Array",
          likely: "Return the bytes themselves; nothing is waited for here.",
        });
      }
      const expected = solution.encodeFrame(text);
      trial.equalBytes(frame, expected, explainFrame(frame, expected, text));
      return { frame, expected };
    });
    trial.step("the frame that it made first is still the same");
    trial.equalBytes(results[0].frame, results[0].expected, {
      problem: "The first frame changed when another one was made.",
      likely:
        "Make a new array in each call: the caller may still be writing " +
        "the last one.",
    });
  },
});

/** What the four bytes say tells how they were made. */
function explainFrame(
  frame: Uint8Array,
  expected: Uint8Array,
  text: string,
): { likely: string } {
  const size = expected.length - 4;
  if (frame.length < 4) return { likely: "Four bytes of length come first." };
  const view = new DataView(frame.buffer, frame.byteOffset);
  const said = view.getUint32(0);
  const body = frame.subarray(4);
  const isBody = toHex(body.subarray(0, size)) === toHex(expected.subarray(4));
  if (said === size && isBody) {
    return {
      likely: "Return exactly the frame, with nothing behind it: whatever " +
        "follows would be taken for the next frame's length.",
    };
  }
  if (size > 0 && view.getUint32(0, true) === size) {
    return {
      likely: "The length is there, but its least significant byte is first: " +
        "that is little-endian. setUint32(0, size) is big-endian unless a third " +
        "argument says otherwise.",
    };
  }
  if (said === text.length && said !== size) {
    return {
      likely:
        "text.length counts UTF-16 units, and not the bytes that follow. " +
        "Encode first, then take the length of the bytes.",
    };
  }
  if (said === size || said === body.length) {
    return {
      likely: "Behind the length comes the text in UTF-8, which is what " +
        "TextEncoder makes. Every byte of it counts.",
    };
  }
  if (isBody && said === size + 4) {
    return {
      likely:
        "The length says how many bytes follow it: its own four bytes do " +
        "not count.",
    };
  }
  if (isBody && (said === size % 256 || said === size % 65536)) {
    return {
      likely:
        "The number needs all four bytes: a byte can only count to 255, " +
        "and two to 65535.",
    };
  }
  return {
    likely: "The frame begins with four bytes of length, as a number and not " +
      "as digits: 00 00 00 02 for two bytes.",
  };
}

const readFrames = exercise<ReadMessages>({
  id: "5.3",
  title: "Read frames",
  solution: solution.readFrames,
  hints: [
    "How many bytes do you need before you know the length? And then, before " +
    "you have the text? You have a function for such needs since lesson 4.",
    "Loop: read four bytes, judge the length, read that many, decode, yield. " +
    "One end is no error: where not one byte of a length has come. So your " +
    "function for reading needs a way to say that.",
    "Nearly the code, where readUpTo(size) gives fewer bytes only at the end:\n" +
    "    const header = await readUpTo(4);\n" +
    "    if (header.length === 0) return;\n" +
    "    if (header.length < 4) throw new Deno.errors.UnexpectedEof();\n" +
    "    const size = new DataView(header.buffer).getUint32(0);\n" +
    "    if (size > maxBytes) throw new RangeError();\n" +
    "    const payload = await readUpTo(size);\n" +
    "    if (payload.length < size) throw new Deno.errors.UnexpectedEof();\n" +
    "    yield decoder.decode(payload);",
  ],
  read: FRAMES,
  async check(read, trial) {
    const run = { trial, name: "readFrames", read, section: FRAMES };
    await checkTalk(run, {
      first: frames(["one"]),
      more: frames(["two", "three"]),
      likely:
        "Yield each text as soon as as many bytes have come as its length " +
        "says: the client may wait for an answer before it sends more.",
    });
    await checkFrameForms(run);
    await checkNotUtf8(run, Uint8Array.of(0, 0, 0, 3, 0x6f, 0xff, 0x6b));
    await checkFrameLimits(run);
    await checkFrameEnds(run);
    await checkUsualLimit(run);
  },
});

/** Frames of all sizes, through narrow reads. */
async function checkFrameForms(run: Run): Promise<void> {
  await send(run, {
    data: frames(["", "a", ""]),
    expected: ["", "a", ""],
    likely: "A length of 0 is an empty text, which counts. It is not the end.",
  });
  const long = "zwölf 🐢 ".repeat(1000);
  run.trial.step(
    `a frame of ${bytesOf(long).length} bytes; each read gives at most 4096`,
  );
  await sendAndCompare(run, {
    data: frames([long]),
    expected: [long],
    readSize: 4096,
    likely: "A text may come in many reads: read on until as many bytes are " +
      "there as its length says.",
    section: CUT,
  });
  for (const readSize of [3, 1]) {
    await send(run, {
      data: frames(["hi", "zwölf"]),
      expected: ["hi", "zwölf"],
      readSize,
      likely:
        "The four bytes of the length may come in two reads, or in four: " +
        "read on until all of them are there.",
      section: CUT,
    });
  }
  await sendMany(run, frames);
}

/** Just at the limit, just over it, and far over it. */
async function checkFrameLimits(run: Run): Promise<void> {
  const { trial } = run;
  const options = { maxBytes: 1000 };
  const texts = Array.from({ length: 20 }, () => "x".repeat(1000));
  trial.step("maxBytes 1000: 20 frames of 1000 bytes each");
  await sendAndCompare(run, {
    data: frames(texts),
    expected: texts,
    options,
    likely:
      "The limit is for each text by itself, and one of just `maxBytes` " +
      "bytes is allowed. The four bytes in front do not count, and neither do " +
      "other frames that came with it.",
    section: LIMIT,
  });

  trial.step('maxBytes 1000: "ok", and then a whole frame of 1001 bytes');
  const { peer, conn } = await connectPair(trial);
  await writeAll(peer, frames(["ok", "x".repeat(1001)]).bytes);
  const messages = start(run, conn, options);
  const first = await messages.next({
    waitingFor: 'the text "ok"',
    likely: "It is whole, and within the limit: yield it.",
  });
  compare(run, [first!], {
    expected: ["ok"],
    likely: "It is whole, and within the limit: yield it.",
  });
  await expectError(run, messages, TOO_LONG);

  await checkLimitOfNone(run, frames(["", "x"]));

  for (const length of [0xffffffff, 0x80000000, USUAL_LIMIT + 1]) {
    const header = headerOf(length);
    trial.step(`no maxBytes: a client sends ${spaced(header)}, and no more`);
    const pair = await connectPair(trial);
    await writeAll(pair.peer, header);
    await expectError(run, start(run, pair.conn), {
      ...TOO_LONG,
      likely: length === USUAL_LIMIT + 1
        ? `${length} bytes are one more than are allowed where no maxBytes is ` +
          "given."
        : "The length is all that it takes to refuse the frame: judge it " +
          "before you make room or wait for as many bytes. And read it without " +
          "a sign, by getUint32(): with one, it is negative, and under any " +
          "limit.",
    });
  }
}

/** A text that is just not too long, and does not come. */
async function checkUsualLimit(run: Run): Promise<void> {
  const { trial } = run;
  const header = headerOf(USUAL_LIMIT);
  trial.step(`no maxBytes: a client sends ${spaced(header)}, and ends`);
  const { peer, conn } = await connectPair(trial);
  await writeAll(peer, header);
  await peer.closeWrite();
  const likely = `${USUAL_LIMIT} bytes are allowed where no maxBytes is ` +
    "given. The frame would be good, but the stream ends inside it.";
  await expectError(run, start(run, conn), {
    error: Deno.errors.UnexpectedEof,
    likely,
    other: likely,
    section: LIMIT,
  });
}

function headerOf(length: number): Uint8Array {
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, length);
  return header;
}

/** The stream breaks off: in the length, behind it, and in the text. */
async function checkFrameEnds(run: Run): Promise<void> {
  const frame = solution.encodeFrame("0123456789");
  for (
    const [size, where] of [
      [2, "after 2 bytes of a length"],
      [4, "after a length, before the first byte of its text"],
      [8, "after 4 of 10 bytes of a text"],
    ] as const
  ) {
    run.trial.step(`the stream ends ${where}`);
    const { peer, conn } = await connectPair(run.trial);
    await writeAll(peer, frame.subarray(0, size));
    await peer.closeWrite();
    await expectError(run, start(run, conn), {
      error: Deno.errors.UnexpectedEof,
      likely:
        "The text is not whole: the stream ended first. Nobody can tell " +
        "it from a whole one if you yield it, or wait for more.",
      ended: "Between two frames the end is no error, but this one is in the " +
        "middle of a frame: something has been lost, and the caller must learn " +
        "of it.",
      section: END,
    });
  }
}

function describe(text: string): string {
  if (text === "") return "an empty text";
  return text.length < 20
    ? JSON.stringify(text)
    : `${JSON.stringify(text[0])} ${text.length} times`;
}

function textData(text: string): Data {
  return { bytes: bytesOf(text), what: JSON.stringify(text) };
}

function lines(texts: string[]): Data {
  return textData(texts.map((text) => `${text}\n`).join(""));
}

function frames(texts: string[]): Data {
  const all = texts.map(solution.encodeFrame);
  return {
    bytes: Uint8Array.from(all.flatMap((frame) => [...frame])),
    what: texts.length === 1
      ? `a frame with ${JSON.stringify(texts[0])}`
      : `frames with ${texts.map((text) => JSON.stringify(text)).join(", ")}`,
  };
}

function spaced(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?!$)/g, "$& ");
}

function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  readLines,
  encodeFrame,
  readFrames,
];
