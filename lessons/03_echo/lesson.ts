/**
 * Lesson 3: a connection carries bytes in both directions.
 *
 * A server sends back whatever it reads. This shows what read() and write()
 * promise: to move some bytes, and to return how many.
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

/** Sends bytes one way, and the same bytes back on the same connection. */
async function questionAndAnswer(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  show.step("There and back on one connection");
  show.say(
    'The client writes "hello" and then "hey". The server reads each one ' +
      "into the same buffer and writes back what it read. All of it goes " +
      "through the same two sockets.",
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
      sent: `write() returned ${written}`,
      received: `read() returned ${read}`,
    });
    const returned = await server.write(buffer.subarray(0, read));
    const answer = await readExact(client, question.length);
    lanes.arrow(TO_CLIENT, {
      data: answer,
      sent: `write() returned ${returned}`,
      received: `read() returned ${answer.length}`,
    });
  }
  show.fact("the buffer begins with", printable(buffer.subarray(0, 8)));
  show.say(
    "The second read() returned 3, so only the first 3 bytes are new, and the " +
      "server sends back only those. After them, the buffer still holds the " +
      "end of the first message, and then zeros.",
  );
}

/** Each read returns what fits in the buffer, and the last one null. */
async function smallBuffer(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  const message = new TextEncoder().encode("ten bytes!");
  const buffer = new Uint8Array(4);
  show.step("A buffer that is too small, and the end of the stream");
  await show.predict(
    `The client writes ${message.length} bytes in one call and closes its ` +
      `write side. The server's buffer has room for ${buffer.length}. How many ` +
      "reads will the server make, and what will the last one return?",
  );
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();

  const lanes = show.lanes("client", "server");
  await writeAll(client, message);
  await client.closeWrite();
  lanes.call("client", `write() returned ${message.length}`);
  lanes.call("client", "closeWrite()");
  let reads = 0;
  while (true) {
    const count = await server.read(buffer);
    reads++;
    if (count === null) break;
    const piece = printable(buffer.subarray(0, count));
    lanes.call("server", `read() returned ${count}: ${piece}`);
  }
  lanes.arrow(TO_SERVER, {
    label: "end of stream",
    received: "read() returned null",
  });
  show.fact("writes", 1);
  show.fact("reads", reads);
  show.say(
    "null isn't an empty message. It means that the client has closed its " +
      "write side and that the server has read every byte before that.",
  );
}

/** A write takes only as many bytes as there's room for. */
async function shortWrite(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  const offered = new Uint8Array(64 * 1024 * 1024);
  show.step("More bytes than there is room for");
  await show.predict(
    `The client writes ${inMiB(offered.length)} in one call, and the server ` +
      "reads nothing. Will write() wait, fail, or return? If it returns, what?",
  );
  using client = await connectTcp(listener.addr.port);
  using _server = await listener.accept();
  const taken = await client.write(offered);
  show.fact("offered", inMiB(offered.length));
  show.fact("taken", inMiB(taken));
  show.say(
    taken < offered.length
      ? "It took as many bytes as fit into the send buffer and the peer's " +
        "receive buffer, and returned that number. You still have to send the " +
        "rest: write in a loop, as writeAll() in lib/net does."
      : "This system took all of it in one call. Others don't, so write in a " +
        "loop, as writeAll() in lib/net does.",
  );
}

function inMiB(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB (${bytes} bytes)`;
}

/** Runs an echo server until you stop it, and shows what each client does. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(`An echo server is listening at ${formatAddress(listener.addr)}.`);
  show.say("Connect from another terminal, and stop the server with Ctrl-C:");
  show.command("netcat", `nc ${hostname} ${own}`);
  show.command("socat", `socat - TCP:${hostname}:${own}`);
  show.command("curl", `curl telnet://${hostname}:${own}`);
  show.note("waiting for clients");

  let clients = 0;
  let bytes = 0;
  const echo = answerFor(context, "echo", echoAll);
  await serveClients(listener, async (conn) => {
    const name = `client ${++clients}`;
    const whole = `${name} at ${formatAddress(conn.remoteAddr)}`;
    show.note(`${whole}: connected`);
    await echo(reporting(conn, (data) => {
      bytes += data.length;
      const text = printable(data, { max: 40 });
      show.note(`${name}: ${counted(data.length, "byte")} ${text}`);
    }));
    show.note(`${whole}: closed its write side`);
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `ended: ${counted(clients, "client")} served, ` +
      `${counted(bytes, "byte")} echoed`,
  );
}

/** Sends back what arrives, until the client closes its write side. */
async function echoAll(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (
    let count = await conn.read(buffer);
    count !== null;
    count = await conn.read(buffer)
  ) {
    await writeAll(conn, buffer.subarray(0, count));
  }
}

/** A connection that reports what is read from it, by any answer. */
function reporting(
  conn: Deno.Conn,
  onRead: (data: Uint8Array) => void,
): Deno.Conn {
  return new Proxy(conn, {
    get(_, key) {
      if (key === "read") {
        return async (buffer: Uint8Array) => {
          const count = await conn.read(buffer);
          if (count !== null) onRead(buffer.subarray(0, count));
          return count;
        };
      }
      // Its own methods work on nothing but the connection itself.
      const value = Reflect.get(conn, key);
      return typeof value === "function" ? value.bind(conn) : value;
    },
  });
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
