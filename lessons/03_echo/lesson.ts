/**
 * Lesson 3: one connection carries bytes both ways.
 *
 * A server sends back whatever it reads. On the way this shows what `read` and
 * `write` promise: to move some bytes, and to say how many.
 */
import {
  connectTcp,
  formatAddress,
  listenTcp,
  readExact,
  serve as serveClients,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import {
  answerFor,
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { lessons } from "../mod.ts";

const TO_SERVER = { from: "client", to: "server" };
const TO_CLIENT = { from: "server", to: "client" };

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  using listener = listenTcp();
  await questionAndAnswer(show, listener);
  await smallBuffer(show, listener);
  await shortWrite(show, listener);
}

/** Bytes go one way, the same bytes come back on the same connection. */
async function questionAndAnswer(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  show.step("A question and its answer, on one connection");
  show.say(
    "The client writes, the server reads and writes back what it read. The " +
      "bytes go both ways through the same two sockets.",
  );
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();

  const lanes = show.lanes("client", "server");
  lanes.at("client", formatAddress(client.localAddr));
  lanes.at("server", formatAddress(server.localAddr));
  const buffer = new Uint8Array(1024);
  for (const word of ["hello", "hey"]) {
    const question = new TextEncoder().encode(word);
    const written = await client.write(question);
    const read = await server.read(buffer) ?? 0;
    lanes.arrow(TO_SERVER, {
      data: buffer.subarray(0, read),
      sent: `write() took ${written}`,
      received: `read() gave ${read}`,
    });
    const returned = await server.write(buffer.subarray(0, read));
    const answer = await readExact(client, question.length);
    lanes.arrow(TO_CLIENT, {
      data: answer,
      sent: `write() took ${returned}`,
      received: `read() gave ${answer.length}`,
    });
  }
  show.fact("the buffer begins with", printable(buffer.subarray(0, 8)));
  show.say(
    "read() said how many bytes are new, and only those are sent back. Behind " +
      "them the buffer still holds what the longer message before left there, " +
      "and then zeros.",
  );
}

/** A read gives what fits, then the next one gives more, then null. */
async function smallBuffer(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  const message = new TextEncoder().encode("ten bytes!");
  const buffer = new Uint8Array(4);
  show.step("A buffer that is too small, and the end");
  await show.predict(
    `The client writes ${message.length} bytes once and ends its side. The ` +
      `server's buffer holds ${buffer.length}. How many reads will it make, ` +
      "and what will the last one give?",
  );
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();

  const lanes = show.lanes("client", "server");
  await writeAll(client, message);
  await client.closeWrite();
  lanes.call("client", `write() took ${message.length}`);
  lanes.call("client", "closeWrite()");
  let reads = 0;
  while (true) {
    const count = await server.read(buffer);
    reads++;
    if (count === null) break;
    const piece = printable(buffer.subarray(0, count));
    lanes.call("server", `read() gave ${count}: ${piece}`);
  }
  lanes.arrow(TO_SERVER, { label: "the end", received: "read() gave null" });
  show.fact("writes", 1);
  show.fact("reads", reads);
  show.say(
    "null is not an empty message. It says that the client has ended its side " +
      "and that every byte before that has been read.",
  );
}

/** A write takes what there is room for. */
async function shortWrite(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  const offered = new Uint8Array(64 * 1024 * 1024);
  show.step("More bytes than there is room for");
  await show.predict(
    `The client offers ${inMiB(offered.length)} in one write, and the server ` +
      "reads nothing. How many bytes will write() say it took?",
  );
  using client = await connectTcp(listener.addr.port);
  using _server = await listener.accept();
  const taken = await client.write(offered);
  show.fact("offered", inMiB(offered.length));
  show.fact("taken", inMiB(taken));
  show.say(
    taken < offered.length
      ? "It took what fits into the buffers of the two sockets, and returned. " +
        "The rest is the program's to send: a loop of writes until all is taken " +
        "is what writeAll() in lib/net is."
      : "This system took all of it in one call. Another one would not: a loop " +
        "of writes until all is taken is what writeAll() in lib/net is.",
  );
}

function inMiB(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB (${bytes} bytes)`;
}

/** Keeps an echo server up, and tells of every client. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(`An echo server is up at ${formatAddress(listener.addr)}.`);
  show.say(`Talk to it from another terminal, and end it here with Ctrl-C:`);
  show.command("netcat", `nc ${hostname} ${own}`);
  show.command("socat", `socat - TCP:${hostname}:${own}`);
  show.command("curl", `curl telnet://${hostname}:${own}`);
  show.note("waiting for clients");

  let clients = 0;
  let bytes = 0;
  async function echoAndTell(conn: Deno.Conn): Promise<void> {
    const name = `client ${clients}`;
    const buffer = new Uint8Array(64 * 1024);
    for (
      let count = await conn.read(buffer);
      count !== null;
      count = await conn.read(buffer)
    ) {
      const data = buffer.subarray(0, count);
      bytes += count;
      show.note(
        `${name}: ${counted(count, "byte")} ${printable(data, { max: 40 })}`,
      );
      await writeAll(conn, data);
    }
  }
  const echo = answerFor(context, "echo", echoAndTell);
  await serveClients(listener, async (conn) => {
    const name = `client ${++clients} at ${formatAddress(conn.remoteAddr)}`;
    show.note(`${name}: connected`);
    await echo(conn);
    show.note(`${name}: ended its side`);
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `ended: ${counted(clients, "client")} served, ` +
      `${counted(bytes, "byte")} echoed`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
