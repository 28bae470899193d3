/**
 * Lesson 8: an error's class says what happened, and so what to do.
 *
 * Each failure is made to happen, and shown as it was measured. The last step
 * shows a time-out that is no failure, but loses bytes in the wrong hands.
 */
import {
  connectResettable,
  connectTcp,
  formatAddress,
  listenTcp,
  readExact,
  TimedReader,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, type Narrator } from "../../lib/show/mod.ts";
import {
  type LessonContext,
  runLesson,
} from "../../lib/workbook/cli/run_lesson.ts";
import { FullBacklog } from "./full_backlog.ts";
import { LONG_NAME, MISSING_NAME } from "./socket_files.ts";
import { lessons } from "../mod.ts";

const HOST = "127.0.0.1";
const TO_SERVER = { from: "client", to: "server" };

/** How long the lesson waits for what will not come, in milliseconds. */
const PATIENCE_MS = 100;

/** Runs the demonstration. */
export async function lesson(
  show: Narrator,
  { folder }: LessonContext,
): Promise<void> {
  await noneOrTwo(show);
  await gone(show);
  await noAnswer(show);
  await ownDoing(show);
  await badPaths(show, folder);
  await timeOutThatLoses(show);
  await timeOutThatKeeps(show);
}

/** Nobody listens, or somebody does already. */
async function noneOrTwo(show: Narrator): Promise<void> {
  show.step("Nobody there, or somebody there already");
  await show.predict(
    "You connect to a port where nobody listens. Does connect() wait for " +
      "somebody, or fail at once?",
  );
  const { listener, client, server } = await connectedPair();
  using _client = client, _server = server;
  // The connection goes on, and so the system gives its port to nobody else.
  listener.close();
  const refusedMs = await fails(
    show,
    "connect, nobody listens",
    () => Deno.connect({ hostname: HOST, port: server.localAddr.port }),
  );
  using other = listenTcp();
  await fails(
    show,
    "listen, port is taken",
    () => Deno.listen({ hostname: HOST, port: other.addr.port }),
  );
  show.say(
    `The refusal came after ${refusedMs.toFixed(1)} ms. It is an answer: the ` +
      "machine is there, and says that nobody listens on that port. Try again " +
      "later, or look at the number. A port that is taken does not become " +
      "free by waiting: take another, or end the program that has it.",
  );
}

/** The other side ends, in four ways. */
async function gone(show: Narrator): Promise<void> {
  show.step("The other side is gone");
  await show.predict(
    "The server closes the connection. Does the client's next read fail? " +
      "And its next write?",
  );
  const ended = await connectedPair();
  using _1 = ended.listener, _2 = ended.client, _3 = ended.server;
  await writeAll(ended.server, new TextEncoder().encode("ok"));
  ended.server.close();
  await fails(
    show,
    "readExact(4), peer sent 2",
    () => readExact(ended.client, 4),
  );
  const count = await ended.client.read(new Uint8Array(4));
  show.fact("read, peer has closed", String(count));
  const taken = await ended.client.write(new Uint8Array(1));
  show.fact("write, peer has closed", `took ${counted(taken, "byte")}`);
  await fails(show, "and write again", () => writeOn(ended.client));

  using listener = listenTcp();
  using peer = await connectResettable(listener.addr.port);
  using conn = await listener.accept();
  const reading = conn.read(new Uint8Array(4));
  peer.reset();
  await fails(show, "read, peer has reset", () => reading);
  show.say(
    "null is the end that was meant. Only who expects more bytes, as " +
      "readExact() does, makes an error of it. The first write to a peer that " +
      "has closed is taken all the same, and answered with a reset; the next " +
      "one fails. And a reset says that the connection is void, and what was on " +
      "its way with it. Nobody knows how much of it the other side has read " +
      "and done: connect again, but repeat only what may be done twice.",
  );
}

/** Nothing comes back at all. */
async function noAnswer(show: Narrator): Promise<void> {
  show.step("No answer");
  await show.predict(
    "The queue in front of accept() is full. What does the next connect() " +
      "hear, and who ends its waiting?",
  );
  using full = await FullBacklog.make();
  await fails(
    show,
    `connectTcp, timeoutMs: ${PATIENCE_MS}`,
    () => connectTcp(full.port, { timeoutMs: PATIENCE_MS }),
  );
  const { port } = full;
  const lateMs = await fails(
    show,
    `AbortSignal.timeout(${PATIENCE_MS})`,
    () => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      return Deno.connect({ hostname: HOST, port, signal });
    },
  );
  const giveUp = new AbortController();
  const connecting = Deno.connect({
    hostname: HOST,
    port,
    signal: giveUp.signal,
  });
  giveUp.abort();
  await fails(show, "controller.abort()", () => connecting);
  show.say(
    `That is no answer, for ${lateMs.toFixed(0)} ms, and the end of our own ` +
      "patience. It does not tell a slow server from a dead one, or from a " +
      "cable that somebody pulled. Without a limit of ours the system's holds, " +
      "which for TCP is minutes.",
  );
}

/** Mistakes of the program that gets the error. */
async function ownDoing(show: Narrator): Promise<void> {
  show.step("Your own doing");
  const { listener, client, server } = await connectedPair();
  using _listener = listener, _client = client, _server = server;
  const reading = client.read(new Uint8Array(4));
  client.close();
  await fails(show, "read, then own close()", () => reading);
  await fails(show, "write after own close()", () => writeOn(client));
  const accepting = listener.accept();
  await fails(show, "a second accept() at once", () => listener.accept());
  await fails(show, "connect to port 70000", () =>
    Deno.connect({
      hostname: HOST,
      port: 70_000,
    }));
  // The first accept() still waits: it gets its client, and all is in order.
  using _late = await connectTcp(listener.addr.port);
  (await accepting).close();
  show.say(
    "Interrupted is how a read learns that you closed under it. Deno cancels a " +
      "read or an accept in no other way, so it is often on purpose. The " +
      "others are for the programmer: nothing on the network will mend them.",
  );
}

/** Unix sockets have a path where others have a port. */
async function badPaths(show: Narrator, folder: string): Promise<void> {
  show.step("A path that leads nowhere");
  if (Deno.build.os === "windows") {
    show.say("Deno has no Unix sockets on Windows: nothing to show here.");
    return;
  }
  const [missing, long] = [MISSING_NAME, LONG_NAME]
    .map((name) => `${folder}/${name}`);
  await fails(
    show,
    "connect, no such file",
    () => Deno.connect({ transport: "unix", path: missing }),
  );
  await fails(
    show,
    `connect, path of ${new TextEncoder().encode(long).length} bytes`,
    () => Deno.connect({ transport: "unix", path: long }),
  );
  show.say(
    "Where a TCP port without a listener refuses, a missing path is not found. " +
      "A path that is too long never gets as far as the system.",
  );
}

/** The common way to give up on a read, and what it costs. */
async function timeOutThatLoses(show: Narrator): Promise<void> {
  show.step("A read that gives up, and reads again");
  await show.predict(
    `A read is raced against a timer of ${PATIENCE_MS} ms, and loses. The ` +
      'program reads again. Now the client sends "hello ", then "world". ' +
      "What does the program get?",
  );
  const { listener, client, server } = await connectedPair();
  using _listener = listener, _client = client, _server = server;
  const lanes = show.lanes("client", "server");
  lanes.at("server", formatAddress(server.localAddr));

  const first = new Uint8Array(64);
  const abandoned = server.read(first);
  const timer = Promise.withResolvers<string>();
  setTimeout(timer.resolve, PATIENCE_MS, "timeout");
  const winner = await Promise.race([abandoned, timer.promise]);
  lanes.call("server", `race([read(), timer]) gave "${winner}"`);

  const second = new Uint8Array(64);
  const again = server.read(second);
  lanes.call("server", "read() again");
  let got = "";
  const reads = [
    abandoned.then((count) => ({
      received: `the first read() took ${count}`,
      count,
    })),
    again.then((count) => {
      got = text(second, count);
      return { received: `the second read() gave ${count}`, count };
    }),
  ];
  for (const word of ["hello ", "world"]) {
    await writeAll(client, new TextEncoder().encode(word));
    const { received } = await Promise.race(reads);
    lanes.arrow(TO_SERVER, {
      data: new TextEncoder().encode(word),
      received,
    });
    // The other one has yet to come.
    reads.splice(got === "" ? 0 : 1, 1);
  }
  show.fact("sent", '"hello world"');
  show.fact("the program got", JSON.stringify(got));
  show.say(
    "The race was over, but the first read was not: nothing but a close cancels " +
      "it. It took the next bytes, and nobody looked at them.",
  );
}

/** The same, with the read that came too late kept. */
async function timeOutThatKeeps(show: Narrator): Promise<void> {
  show.step("The same, and nothing lost");
  const { listener, client, server } = await connectedPair();
  using _listener = listener, _client = client, _server = server;
  const reader = new TimedReader(server);
  await fails(show, "first read", () => reader.read(PATIENCE_MS));
  let got = "";
  for (const word of ["hello ", "world"]) {
    await writeAll(client, new TextEncoder().encode(word));
    const data = await reader.read(60_000);
    if (data !== null) got += text(data, data.length);
  }
  show.fact("the program got", JSON.stringify(got));
  show.say(
    "TimedReader in lib/net keeps the read that came too late, and gives its " +
      "bytes to the next call. Writing it is exercise 8.2.",
  );
}

/**
 * Runs what should fail, and shows the error's class and message.
 *
 * @returns How long it took, in milliseconds.
 */
async function fails(
  show: Narrator,
  name: string,
  run: () => unknown,
): Promise<number> {
  const start = performance.now();
  const outcome = await Promise.resolve().then(run).then(
    () => "no failure on this system",
    describeError,
  );
  const tookMs = performance.now() - start;
  show.fact(name, outcome);
  return tookMs;
}

/** An error in one line, with its class first. */
function describeError(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : Deno.inspect(error);
}

/**
 * Writes until that fails: the system learns that nobody wants the bytes from
 * the answer to those before, which takes a moment.
 */
async function writeOn(conn: Deno.Conn): Promise<void> {
  for (let i = 0; i < 100; i++) {
    await writeAll(conn, new Uint8Array(1));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function connectedPair() {
  const listener = listenTcp();
  const [client, server] = await Promise.all([
    connectTcp(listener.addr.port),
    listener.accept(),
  ]);
  return { listener, client, server };
}

function text(buffer: Uint8Array, count: number | null): string {
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
