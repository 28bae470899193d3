/**
 * Lesson 5: messages are made by the program, since TCP has none.
 *
 * Two ways to do it, a delimiter behind each message and a length in front, and
 * what comes in the way of both: characters and headers cut in two, messages
 * without end, lengths that nobody should believe, and ends in the middle.
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

/** The longest line that the server of this lesson takes, in bytes. */
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

/** The same messages in two forms, each sent in one write. */
async function linesAndFrames(show: Narrator): Promise<void> {
  const messages = ["hello", "naïve", "", "🐢"];
  show.step("The same messages, as lines and as frames");
  await show.predict(
    `How many characters has "naïve", and how many bytes? And "🐢"? Which of ` +
      "the two numbers belongs in front of the message?",
  );
  for (const text of ["naïve", "🐢"]) {
    show.fact(`"${text}".length`, text.length);
    show.fact(`"${text}" in bytes`, encode(text).length);
  }
  const lines = encode(messages.map((message) => `${message}\n`).join(""));
  show.bytes(`as lines, an "\\n" (0a) behind each message:`, lines);
  const frames = concat(messages.map(encodeFrame));
  show.bytes("as frames, the number of bytes in front of each:", frames);

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

/** A read ends inside a character. */
async function cutCharacter(show: Narrator): Promise<void> {
  const line = encode("zwölf\n");
  show.step("A character that two reads share");
  await show.predict(
    `The line is ${line.length} bytes, the server's buffer 3. What comes out ` +
      "if it decodes each read by itself?",
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
  show.fact("each decoded by itself", inQuotes(reads.map(decode)));
  const whole: string[] = [];
  for await (const text of readLines(chunks(reads))) whole.push(text);
  show.fact("decoded when whole", inQuotes(whole));
  show.say(
    `"ö" is two bytes, and the first read took one of them. Half a character ` +
      "decodes to �, the sign for what cannot be decoded, and so does the " +
      "other half. Nothing can put that right afterwards.",
  );
}

/** A read ends inside the length of a frame. */
async function cutHeader(show: Narrator): Promise<void> {
  const frame = encodeFrame("x".repeat(300));
  show.step("A length that comes in two pieces");
  await show.predict(
    "A frame of 300 bytes begins 00 00 01 2c. The client writes three of the " +
      "four, the server reads into a buffer of four. What length does it see?",
  );
  using first = await connectBoth();
  const header = new Uint8Array(4);
  await writeAll(first.client, frame.subarray(0, 3));
  const count = await first.server.read(header) ?? 0;
  show.bytes(`the buffer; read() gave ${count}`, header);
  show.fact(
    "length, taken as it is",
    new DataView(header.buffer).getUint32(0),
  );
  using second = await connectBoth();
  await writeAll(second.client, frame.subarray(0, 3));
  const reading = readFrames(second.server).next();
  await writeAll(second.client, frame.subarray(3));
  const { value } = await reading;
  show.fact("length, when all four are there", value.length);
}

/** A line without end is refused long before it ends. */
async function endlessLine(show: Narrator): Promise<void> {
  const limit = 1000;
  show.step("A line without end");
  await show.predict(
    `A client sends "xxx…" for ever, and no "\\n". The server allows lines of ` +
      `${limit} bytes. How many bytes does it read before it gives up?`,
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
  // With bytes unread, this ends the client's writes too.
  server.close();
  const sent = await flooding;
  show.fact("bytes that the server read", read);
  show.fact("bytes that the client sent", sent);
  show.say(
    "The server need not see the end of the line to know that it is too long. " +
      "Without a limit it would keep every byte until its memory is full, and " +
      "whoever can connect could do that to it.",
  );
}

/** Sends a line without end until the peer has had enough. */
async function flood(client: Deno.Conn): Promise<number> {
  const piece = new Uint8Array(64 * 1024).fill("x".charCodeAt(0));
  let sent = 0;
  try {
    while (true) sent += await client.write(piece);
  } catch {
    return sent;
  }
}

/** Four bytes can claim four gigabytes. */
async function unbelievableLength(show: Narrator): Promise<void> {
  show.step("A length that nobody should believe");
  show.say("A client sends ff ff ff ff, and waits.");
  using both = await connectBoth();
  await writeAll(both.client, new Uint8Array(4).fill(0xff));
  try {
    await readFrames(both.server).next();
  } catch (error) {
    show.fact("error", String(error));
  }
  show.say(
    "A length is only what the peer claims. It is judged before anything of " +
      "that size is made, or waited for.",
  );
}

/** Where a stream breaks off, a frame can tell, and a line cannot. */
async function endInTheMiddle(show: Narrator): Promise<void> {
  show.step("An end in the middle");
  await show.predict(
    `The client dies after "pay 10" of "pay 1000". What does the server ` +
      "make of it, with lines and with frames?",
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
    "A last line without an end is commonly taken for a line, so the server " +
      "pays 10. The frame said how long it would be: what is missing is seen.",
  );
}

/** A source that gives again what was read before, read by read. */
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

/** Keeps a server up that gives each line back in capitals, and measures it. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(
    `A server for lines is up at ${formatAddress(listener.addr)}. It gives ` +
      `each line back in capitals, with its size. Its limit is ${MAX_LINE} ` +
      "bytes a line.",
  );
  show.say("Talk to it from another terminal, and end it here with Ctrl-C:");
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
      show.note(`${name}: ended its side`);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) {
        throw error;
      }
      show.note(`${name}: turned away: ${error.message}`);
      await writeLine(conn, `error: ${error.message}`);
      // What it still sends is thrown away, so that it gets to read the error.
      await closeGracefully(conn);
    }
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `ended: ${counted(clients, "client")} served, ${counted(lines, "line")}`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
