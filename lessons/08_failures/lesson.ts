/**
 * Lesson 8: an error's class tells you what happened and what to do.
 *
 * The lesson causes each failure and shows its error. The last two steps are
 * about a timeout that loses bytes if you just read again.
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
import type { Narrator } from "../../lib/show/mod.ts";
import {
  type LessonContext,
  runLesson,
} from "../../lib/workbook/cli/run_lesson.ts";
import { FullBacklog } from "./full_backlog.ts";
import { LONG_NAME, MISSING_NAME } from "./socket_files.ts";
import { lessons } from "../mod.ts";

const HOST = "127.0.0.1";
const TO_SERVER = { from: "client", to: "server" };

/** How long the lesson waits for things that never happen, in milliseconds. */
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

/** Shows ports where nothing, or something else, is listening. */
async function noneOrTwo(show: Narrator): Promise<void> {
  show.step("No listener, or a port that's taken");
  await show.predict(
    "You connect to a port where nothing is listening. Does connect() wait, " +
      "or does it fail right away?",
  );
  const { listener, client, server } = await connectedPair();
  using _client = client, _server = server;
  // The connection stays open, so the kernel doesn't give its port to others.
  listener.close();
  const refusedMs = await fails(
    show,
    "connect, no listener",
    () => Deno.connect({ hostname: HOST, port: server.localAddr.port }),
  );
  using other = listenTcp();
  await fails(
    show,
    "listen, port is taken",
    () => Deno.listen({ hostname: HOST, port: other.addr.port }),
  );
  show.say(
    `The refusal came after ${refusedMs.toFixed(1)} ms. It's an answer: the ` +
      "machine is there, but nothing is listening on that port. Try again " +
      "later, or check the port number. Waiting doesn't free a port that's taken, " +
      "so use another one, or stop the program that has it.",
  );
}

/** Shows how calls end after the other side closes or resets. */
async function gone(show: Narrator): Promise<void> {
  show.step("The other side is gone");
  await show.predict(
    "The server closes the connection. Does the client's next read fail? " +
      "Does its next write?",
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
  show.fact("write, peer has closed", `returned ${taken}`);
  await fails(show, "and write again", () => writeOn(ended.client));

  using listener = listenTcp();
  using peer = await connectResettable(listener.addr.port);
  using conn = await listener.accept();
  const reading = conn.read(new Uint8Array(4));
  peer.reset();
  await fails(show, "read, peer has reset", () => reading);
  show.say(
    "null is a normal end. Only a function that needs more bytes, such as " +
      "readExact(), turns it into an error. The first write after the peer's " +
      "close() succeeds, but the peer's kernel answers with a reset, and a " +
      "later write fails. After a reset, you can't know how much the other side " +
      "has read and done. Connect again if you like, but repeat only what's " +
      "harmless to do twice.",
  );
}

/** Shows three ways to give up on a server that doesn't answer. */
async function noAnswer(show: Narrator): Promise<void> {
  show.step("No answer");
  await show.predict(
    "A server's backlog is full. What answer does the next client get, and " +
      "what ends its wait?",
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
    `There was no answer for ${lateMs.toFixed(0)} ms, so the client gave up. ` +
      "Such an error doesn't tell you whether the server is slow or dead, or a " +
      "cable was pulled. If you don't set a timeout, you get the system's: " +
      "minutes, for TCP.",
  );
}

/** Shows errors that the program itself causes. */
async function ownDoing(show: Narrator): Promise<void> {
  show.step("Your own mistakes");
  const { listener, client, server } = await connectedPair();
  using _listener = listener, _client = client, _server = server;
  const reading = client.read(new Uint8Array(4));
  client.close();
  await fails(show, "read(), then your own close()", () => reading);
  await fails(show, "write after your own close()", () => writeOn(client));
  const accepting = listener.accept();
  await fails(show, "a second accept() at once", () => listener.accept());
  await fails(show, "connect to port 70000", () =>
    Deno.connect({
      hostname: HOST,
      port: 70_000,
    }));
  // The first accept() is still waiting, and gets its client.
  using _late = await connectTcp(listener.addr.port);
  (await accepting).close();
  show.say(
    "A read throws Interrupted if you close its socket while it waits. That's " +
      "the only way to cancel a read or an accept in Deno, so it's often on " +
      "purpose. The other errors are bugs in your program.",
  );
}

/** Shows errors of Unix sockets, which have a path instead of a port. */
async function badPaths(show: Narrator, folder: string): Promise<void> {
  show.step("A path without a server");
  if (Deno.build.os === "windows") {
    show.say(
      "Deno has no Unix sockets on Windows, so there's nothing to show.",
    );
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
    "A TCP port without a listener refuses, but a missing path is NotFound. " +
      "With a path that's too long, Deno doesn't even ask the kernel.",
  );
}

/** Shows the common way to give up on a read, which loses bytes. */
async function timeOutThatLoses(show: Narrator): Promise<void> {
  show.step("A read that times out, and a second read");
  await show.predict(
    `A program races a read against a timer of ${PATIENCE_MS} ms, and the ` +
      'timer wins. The program reads again. Now the client sends "hello ", ' +
      'then "world". What does the program get?',
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
  lanes.call("server", `race([read(), timer]): "${winner}"`);

  const second = new Uint8Array(64);
  const again = server.read(second);
  lanes.call("server", "read() again");
  let got = "";
  const reads = [
    abandoned.then((count) => ({
      received: `first read() took ${count}`,
      count,
    })),
    again.then((count) => {
      got = text(second, count);
      return { received: `second read() took ${count}`, count };
    }),
  ];
  for (const word of ["hello ", "world"]) {
    await writeAll(client, new TextEncoder().encode(word));
    const { received } = await Promise.race(reads);
    lanes.arrow(TO_SERVER, {
      data: new TextEncoder().encode(word),
      received,
    });
    // The other read is still pending.
    reads.splice(got === "" ? 0 : 1, 1);
  }
  show.fact("sent", '"hello world"');
  show.fact("the program got", JSON.stringify(got));
  show.say(
    "The race was over, but the first read was still pending: only a close " +
      "cancels it. It took the next bytes, and nothing looked at its result.",
  );
}

/** Shows the same reads again, but keeps the pending one. */
async function timeOutThatKeeps(show: Narrator): Promise<void> {
  show.step("The same reads, and nothing lost");
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
    "TimedReader in lib/net keeps the pending read, and the next call returns " +
      "its bytes. You write it in exercise 8.2.",
  );
}

/**
 * Runs a call that should fail, and shows the error's class and message.
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

/** Describes an error in one line, its class first. */
function describeError(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : Deno.inspect(error);
}

/**
 * Writes until a write fails. That takes a moment: the kernel first has to get
 * the peer's answer to an earlier write.
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
