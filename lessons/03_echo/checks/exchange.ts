/** How an answer to 3.2 is checked. */
import { readExact, writeAll } from "../../../lib/net/mod.ts";
import {
  connectPair,
  FakeConn,
  ShortConn,
  type ShortConnOptions,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { echo } from "../solution.ts";
import type { Exchange } from "../types.ts";

const READ_PART = "A read fills part of a buffer";
const WRITE_SHORT = "A write takes part of the bytes";
const END = "The end is null";
const BOTH_AT_ONCE = "Both directions at once";

/** The least that fits on the way and into the server. */
const MAX_UNREAD_BYTES = 64 * 1024;
/** More than fits. */
const LARGE_BYTES = 64 * 1024 * 1024;

/** Checks an answer to 3.2. */
export async function checkExchange(
  exchange: Exchange,
  trial: Trial,
): Promise<void> {
  const first = await connectTo(trial, echo);
  for (const text of ["hello", "again, on the same connection", ""]) {
    trial.step(`it exchanges ${JSON.stringify(text)} with an echo server`);
    const data = bytesOf(text);
    await exchangeAndCompare(trial, exchange, { conn: first, data });
    failIfEnded(trial, first);
  }
  const random = crypto.getRandomValues(new Uint8Array(3000));
  for (const readSize of [1, 5, 4096]) {
    trial.step(`3000 bytes, where a read gives at most ${readSize}`);
    const conn = await connectTo(trial, echo, { readSize });
    await exchangeAndCompare(trial, exchange, { conn, data: random });
  }
  trial.step("3000 bytes, where a write takes at most 7");
  const conn = await connectTo(trial, echo, { writeSize: 7 });
  await exchangeAndCompare(trial, exchange, { conn, data: random });

  await exchangeOther(trial, exchange);
  await exchangeUntilEarlyEnd(trial, exchange);

  trial.step("256 KiB, of which server and network hold 64 KiB unread");
  const onMove = () => trial.progress();
  // The kernel's own buffers hold some MiB, and would hide what waits here.
  const tight = new ShortConn(new EchoWithLimit(MAX_UNREAD_BYTES), { onMove });
  // 251 divides no usual size, so no two pieces are the same.
  const numbers = Uint8Array.from(
    { length: 4 * MAX_UNREAD_BYTES },
    (_, at) => at % 251,
  );
  await exchangeAndCompare(trial, exchange, { conn: tight, data: numbers });

  trial.step("64 MiB, which no buffer on the way can hold");
  const large = await connectTo(trial, echo);
  const data = new Uint8Array(LARGE_BYTES).fill(7);
  // A mark here and there shows when pieces are in the wrong place.
  for (let i = 0; i < data.length; i += 65_537) data[i] = i / 65_537;
  await exchangeAndCompare(trial, exchange, { conn: large, data });
}

/** An echo at the other end of a connection that holds so many bytes. */
class EchoWithLimit extends FakeConn {
  constructor(room: number) {
    super({ room, then: "silence" });
  }

  override async write(data: Uint8Array): Promise<number> {
    const count = await super.write(data);
    this.peerSends(data.subarray(0, count));
    return count;
  }

  override async read(buffer: Uint8Array): Promise<number | null> {
    const count = await super.read(buffer);
    // What has been read makes room for as much.
    this.peerTakes(count ?? 0);
    return count;
  }
}

/** Connects to a server; how the client leaves doesn't matter to it. */
async function connectTo(
  trial: Trial,
  serve: (client: Deno.Conn) => Promise<void>,
  narrow?: ShortConnOptions,
): Promise<ShortConn> {
  const { peer, conn } = await connectPair(trial, narrow);
  serve(peer).catch(() => {});
  return conn;
}

function failIfEnded(trial: Trial, { closed, writeEnded }: ShortConn): void {
  if (!closed && !writeEnded) return;
  trial.fail({
    problem: `exchange() ${
      closed ? "closed the connection" : "ended its side"
    }.`,
    likely: "The caller needs the connection for the next exchange. You know " +
      "how many bytes come back, so you don't have to end anything.",
  });
}

async function exchangeAndCompare(
  trial: Trial,
  exchange: Exchange,
  { conn, data }: { conn: Deno.Conn; data: Uint8Array },
): Promise<void> {
  const whole = data.slice();
  const tooLarge = data.length > MAX_UNREAD_BYTES;
  const answer = await trial.waitFor(
    trial.start("exchange", () => exchange(conn, data)),
    {
      waitingFor: `exchange() to return ${data.length} bytes`,
      likely: data.length === 0
        ? "Nothing was sent, so nothing comes back: don't wait for anything."
        : tooLarge
        ? "If you send everything first, or too much at a time, you and the " +
          "server wait for each other: nobody reads what it sends back, so " +
          "its write waits, so it reads no more, so your write waits. Read " +
          "while you're still sending."
        : "Did you send everything? write() returns how many bytes it took: " +
          "you have to write the rest.",
      read: tooLarge ? BOTH_AT_ONCE : WRITE_SHORT,
    },
  );
  if (!(answer instanceof Uint8Array)) {
    trial.fail({
      problem: `exchange() returned ${Deno.inspect(answer)}.`,
      expected: "a Uint8Array",
      likely: "Return the bytes that came back.",
    });
  }
  trial.equalBytes(answer, whole, {
    likely: answer.length > whole.length
      ? "Return as many bytes as were sent: a larger buffer holds only zeros " +
        "after those that came."
      : answer.length < whole.length
      ? "Go on until as many bytes have come as you sent: a read returns what " +
        "has arrived so far."
      : "Put each piece after the one before, at answer.subarray(received), " +
        "and go on until you have all of them: a read returns what has " +
        "arrived so far. If you keep views of one buffer, the next read " +
        "changes them.",
    read: READ_PART,
  });
}

/** A server that isn't an echo: you can only return what it sends back. */
async function exchangeOther(trial: Trial, exchange: Exchange): Promise<void> {
  trial.step('it sends "hello", and "HELLO" comes back');
  const conn = await connectTo(trial, async (client) => {
    await readExact(client, 5);
    await writeAll(client, bytesOf("HELLO"));
  });
  const answer = await trial.waitFor(
    trial.start("exchange", () => exchange(conn, bytesOf("hello"))),
    {
      waitingFor: "exchange() to return 5 bytes",
      likely: "As many bytes have come back as were sent: return them.",
    },
  );
  trial.equalBytes(answer, bytesOf("HELLO"), {
    likely: "Return what read() gave you, in an array of its own, even if it " +
      "isn't what you sent: the caller compares.",
    read: READ_PART,
  });
}

/** A server that ends the stream after it has sent back a part. */
async function exchangeUntilEarlyEnd(
  trial: Trial,
  exchange: Exchange,
): Promise<void> {
  trial.step("a server sends back 4 of 10 bytes and ends the stream");
  const conn = await connectTo(trial, async (client) => {
    await writeAll(client, (await readExact(client, 10)).subarray(0, 4));
    await client.closeWrite();
  });
  const outcome = Promise.allSettled([
    (async () => await exchange(conn, bytesOf("0123456789")))(),
  ]);
  const [result] = await trial.waitFor(outcome, {
    waitingFor: "exchange() to throw",
    likely: "read() gives null: no more bytes will come, so if you wait for " +
      "them, you wait forever.",
    read: END,
  });
  if (result.status === "rejected") {
    return trial.failOnSlip("exchange()", result.reason);
  }
  trial.fail({
    problem: "exchange() returned as if everything had come back.",
    expected: "an error",
    received: result.value instanceof Uint8Array
      ? result.value
      : Deno.inspect(result.value),
    likely: "Your caller can't know that this is only a part of the answer. " +
      "Throw if read() gives null before you have all of it.",
    read: END,
  });
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
