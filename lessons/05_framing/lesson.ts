/**
 * Lesson 5: TCP has no messages, so the program makes them.
 *
 * There are two ways to do it: a delimiter after each message, or a length
 * prefix. And there are problems with both: characters and lengths cut in two,
 * endless messages, lengths you can't believe, and streams that end too early.
 */
import {
  closeGracefully,
  connectTcp,
  formatAddress,
  listenTcp,
  readFrames,
  readLines,
  serve as serveClients,
  writeAll,
  writeLine,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import { concat } from "../../lib/wire/bytes.ts";
import { connectBoth } from "../../lib/workbook/kit/mod.ts";
import {
  answerFor,
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { encodeFrame } from "./solution.ts";
import { lessons } from "../mod.ts";

/** The longest line that this lesson's server accepts, in bytes. */
const MAX_LINE = 80;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await linesAndFrames(show);
  await cutCharacter(show);
  await cutHeader(show);
  await endlessLine(show);
  await unbelievableLength(show);
  await endInTheMiddle(show);
}

/** Sends the same messages in both forms, each with one write. */
async function linesAndFrames(show: Narrator): Promise<void> {
  const messages = ["hello", "naïve", "", "🐢"];
  show.step("The same messages, as lines and as frames");
  await show.predict(
    `How many characters are in "naïve", and how many bytes? What about ` +
      `"🐢"? Which of the two numbers do you send as its length?`,
  );
  for (const text of ["naïve", "🐢"]) {
    show.fact(`"${text}".length`, text.length);
    show.fact(`"${text}" in bytes`, encode(text).length);
  }
  const lines = encode(messages.map((message) => `${message}\n`).join(""));
  show.bytes(`as lines, with a "\\n" (0a) after each message:`, lines);
  const frames = concat(messages.map(encodeFrame));
  show.bytes(
    "as frames, with the number of bytes before each message:",
    frames,
  );

  using both = await connectBoth();
  await writeAll(both.client, lines);
  const read: string[] = [];
  for await (const line of readLines(both.server)) {
    if (read.push(line) === messages.length) break;
  }
  show.fact("read as lines", inQuotes(read));
  read.length = 0;
  await writeAll(both.client, frames);
  for await (const frame of readFrames(both.server)) {
    if (read.push(decode(frame)) === messages.length) break;
  }
  show.fact("read as frames", inQuotes(read));
}

/** Shows what happens if a read ends inside a character. */
async function cutCharacter(show: Narrator): Promise<void> {
  const line = encode("zwölf\n");
  show.step("A character cut in two");
  await show.predict(
    `The line is ${line.length} bytes, and the server's buffer holds 3. What ` +
      "does the server get if it decodes each read separately?",
  );
  show.bytes("the line:", line);
  using both = await connectBoth();
  await writeAll(both.client, line);
  await both.client.closeWrite();
  const reads: Uint8Array[] = [];
  for (let buffer = new Uint8Array(3);; buffer = new Uint8Array(3)) {
    const count = await both.server.read(buffer);
    if (count === null) break;
    reads.push(buffer.subarray(0, count));
  }
  show.fact("reads", reads.map((bytes) => printable(bytes)).join("  "));
  show.fact("each read decoded alone", inQuotes(reads.map(decode)));
  const whole: string[] = [];
  for await (const text of readLines(chunks(reads))) whole.push(text);
  show.fact("decoded when complete", inQuotes(whole));
  show.say(
    `"ö" takes two bytes, and the first read returned only one of them. Each ` +
      "half decodes to �, which means that these bytes aren't UTF-8. After " +
      "that, nothing can bring the character back.",
  );
}

/** Shows what happens if a read ends inside the length of a frame. */
async function cutHeader(show: Narrator): Promise<void> {
  const frame = encodeFrame("x".repeat(300));
  show.step("A length in two pieces");
  await show.predict(
    "The frame of a 300-byte message starts with 00 00 01 2c. The client " +
      "writes three of those bytes, and the server reads them into a buffer " +
      "of four. What length does it see?",
  );
  using first = await connectBoth();
  const header = new Uint8Array(4);
  await writeAll(first.client, frame.subarray(0, 3));
  const count = await first.server.read(header) ?? 0;
  show.bytes(`the buffer after read() returned ${count}:`, header);
  show.fact(
    "length, read from this buffer",
    new DataView(header.buffer).getUint32(0),
  );
  using second = await connectBoth();
  await writeAll(second.client, frame.subarray(0, 3));
  const reading = readFrames(second.server).next();
  await writeAll(second.client, frame.subarray(3));
  const { value } = await reading;
  show.fact("length, from all four bytes", value.length);
}

/** Shows a server that rejects an endless line as soon as it's too long. */
async function endlessLine(show: Narrator): Promise<void> {
  const limit = 1000;
  show.step("An endless line");
  await show.predict(
    `A client sends "xxx…" and never a "\\n". The server allows lines of up ` +
      `to ${limit} bytes. How many bytes does it read before it gives up?`,
  );
  using listener = listenTcp();
  using client = await connectTcp(listener.addr.port);
  const server = await listener.accept();
  const flooding = flood(client);
  let read = 0;
  const counted = {
    async read(buffer: Uint8Array) {
      const count = await server.read(buffer);
      read += count ?? 0;
      return count;
    },
  };
  try {
    for await (const _ of readLines(counted, { maxBytes: limit }));
  } catch (error) {
    show.fact("error", String(error));
  }
  // There's unread input, so this resets the connection and ends the flood.
  server.close();
  const sent = await flooding;
  show.fact("bytes the server read", read);
  show.fact("bytes the client sent", sent);
  show.say(
    "The server doesn't need the end of the line to know that the line is too " +
      "long. Without a limit, it would keep every byte until its memory is " +
      "full, and any client could do that to it.",
  );
}

/** Sends an endless line until the server closes the connection. */
async function flood(client: Deno.Conn): Promise<number> {
  const piece = new Uint8Array(64 * 1024).fill("x".charCodeAt(0));
  let sent = 0;
  try {
    while (true) sent += await client.write(piece);
  } catch {
    return sent;
  }
}

/** Shows that four bytes can claim four gigabytes. */
async function unbelievableLength(show: Narrator): Promise<void> {
  show.step("A length you can't believe");
  show.say("A client sends ff ff ff ff and waits.");
  using both = await connectBoth();
  await writeAll(both.client, new Uint8Array(4).fill(0xff));
  try {
    await readFrames(both.server).next();
  } catch (error) {
    show.fact("error", String(error));
  }
  show.say(
    "A length is only what the peer claims. The server checks it before it " +
      "allocates that much memory, or waits for that many bytes.",
  );
}

/** Shows that a frame tells you when a stream ends too early, and a line doesn't. */
async function endInTheMiddle(show: Narrator): Promise<void> {
  show.step("A stream that ends in the middle");
  await show.predict(
    `The client dies after "pay 10" of "pay 1000". What does the server get, ` +
      "with lines and with frames?",
  );
  const cases = [
    ["a line", encode("pay 1000\n").subarray(0, 6), readLines],
    ["a frame", encodeFrame("pay 1000").subarray(0, 10), readFrames],
  ] as const;
  for (const [name, bytes, read] of cases) {
    using both = await connectBoth();
    await writeAll(both.client, bytes);
    await both.client.closeWrite();
    try {
      for await (const message of read(both.server)) {
        show.fact(name, JSON.stringify(message));
      }
    } catch (error) {
      show.fact(name, String(error));
    }
  }
  show.say(
    "Most readers accept a last line without a line ending, so the server " +
      "pays 10. With frames, the length says that bytes are missing.",
  );
}

/** Makes a source whose reads return these chunks. */
function chunks(reads: Uint8Array[]): Pick<Deno.Conn, "read"> {
  const left = [...reads];
  return {
    read(buffer) {
      const next = left.shift();
      if (next !== undefined) buffer.set(next);
      return Promise.resolve(next?.length ?? null);
    },
  };
}

function inQuotes(texts: string[]): string {
  return texts.map((text) => JSON.stringify(text)).join("  ");
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Runs a server that returns each line in capitals, with its size. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(
    `A server is listening at ${formatAddress(listener.addr)}. It returns ` +
      `each line in capitals, with its size. A line can have up to ` +
      `${MAX_LINE} bytes.`,
  );
  show.say("Talk to it from another terminal. Press Ctrl-C here to stop it:");
  show.command("by hand", `nc ${hostname} ${own}`);
  show.fact(
    "cut",
    `(printf 'zw\\303'; sleep 1; printf '\\266lf\\n') | nc ${hostname} ${own}`,
  );
  show.command("too long", `head -c 1000 /dev/zero | nc ${hostname} ${own}`);
  show.note("waiting for clients");

  const read = answerFor(context, "readLines", readLines);
  let clients = 0;
  let lines = 0;
  await serveClients(listener, async (conn) => {
    const name = `client ${++clients}`;
    show.note(`${name}: connected`);
    try {
      for await (const line of read(conn, { maxBytes: MAX_LINE })) {
        lines++;
        const size = `${counted(encode(line).length, "byte")}, ` +
          counted(line.length, "character");
        show.note(`${name}: ${printable(encode(line), { max: 30 })}, ${size}`);
        await writeLine(conn, `${line.toUpperCase()} (${size})`);
      }
      show.note(`${name}: closed its write side`);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) {
        throw error;
      }
      show.note(`${name}: rejected: ${error.message}`);
      await writeLine(conn, `error: ${error.message}`);
      // Discards what the client still sends, so that it can read the error.
      await closeGracefully(conn);
    }
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `stopped: ${counted(clients, "client")} served, ${counted(lines, "line")}`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
