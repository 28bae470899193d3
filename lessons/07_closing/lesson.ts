/**
 * Lesson 7: each direction of a connection has its own end.
 *
 * A client ends its direction and still gets an answer. Then come the states of
 * a connection, from beginning to end, the two ways to end it, and a reply that's
 * lost because the server closed too early.
 */
import {
  connectResettable,
  connectTcp,
  listenTcp,
  readExact,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import type { Narrator } from "../../lib/show/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { StateReader, type States } from "./states.ts";
import { lessons } from "../mod.ts";

const TO_SERVER = { from: "client", to: "server" };
const TO_CLIENT = { from: "server", to: "client" };
const encoder = new TextEncoder();

/** More than any pair of socket buffers holds. */
const LARGE = 64 * 1024 * 1024;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await halfClose(show);
  await wholeLife(show);
  await twoEnds(show);
  await lostReply(show);
  await afterTheEnd(show);
}

/** Shows that a client can end its direction and still get an answer. */
async function halfClose(show: Narrator): Promise<void> {
  show.step("One direction ends, the other stays open");
  await show.predict(
    "The client asks a question and closes its write side. Can the server " +
      "still answer?",
  );
  const { client, server } = await connectedPair();
  show.sockets({ client, server });
  const lanes = show.lanes("client", "server");
  await writeAll(client, encoder.encode("how many?"));
  const question = await readExact(server, 9);
  lanes.arrow(TO_SERVER, { data: question, received: "read() returned 9" });
  await client.closeWrite();
  const end = await server.read(new Uint8Array(1));
  lanes.arrow(TO_SERVER, {
    label: "FIN",
    sent: "closeWrite()",
    received: `read() returned ${end}`,
  });
  await writeAll(server, encoder.encode("seven"));
  const answer = await readExact(client, 5);
  lanes.arrow(TO_CLIENT, { data: answer, received: "read() returned 5" });
  server.close();
  const otherEnd = await client.read(new Uint8Array(1));
  lanes.arrow(TO_CLIENT, {
    label: "FIN",
    sent: "close()",
    received: `read() returned ${otherEnd}`,
  });
  client.close();
  show.say(
    "A connection is two streams, and each has its own end, called FIN. " +
      "closeWrite() ends one of them, and the other one stays open.",
  );
}

/** Shows the connection's state after each call. */
async function wholeLife(show: Narrator): Promise<void> {
  show.step("The states of a connection");
  let listener = listenTcp();
  const { port } = listener.addr;
  const states = new StateReader(port);
  const missing = await states.missing();
  if (missing !== undefined) {
    show.say(missing);
    listener.close();
    return;
  }
  await show.predict(
    "The client closes its write side first. When both sides have closed, " +
      "which side's kernel still keeps a socket: the client's or the server's?",
  );
  function tell(after: string, { client, server }: States): void {
    show.fact(after, `client ${client.padEnd(10)}  server ${server}`);
  }

  show.fact("listen()", "listener LISTEN");
  const client = await connectTcp(port);
  states.clientPort = client.localAddr.port;
  tell("connect()", await states.until({ client: "ESTAB", server: "ESTAB" }));
  const server = await listener.accept();
  await client.closeWrite();
  tell(
    "client: closeWrite()",
    await states.until({ client: "FIN-WAIT-2", server: "CLOSE-WAIT" }),
  );
  await server.write(new Uint8Array(LARGE));
  server.close();
  const closed = await states.until({ server: "LAST-ACK" });
  tell("server: write, close()", closed);
  await readToEnd(client);
  tell(
    "client: reads it all",
    await states.until({ client: "TIME-WAIT", server: "-" }),
  );
  client.close();
  tell("client: close()", await states.until({ client: "TIME-WAIT" }));
  // Now the server ends first, so that its own port is in TIME-WAIT.
  const again = await connectTcp(port);
  states.clientPort = again.localAddr.port;
  (await listener.accept()).close();
  await again.read(new Uint8Array(1));
  again.close();
  tell(
    "server ends first",
    await states.until({ client: "-", server: "TIME-WAIT" }),
  );
  listener.close();
  try {
    listener = listenTcp(port);
    listener.close();
    show.fact("the port again", "listen() works");
  } catch (error) {
    show.fact("the port again", (error as Error).name);
  }
  show.say(
    `After close(), the server's program was done, but the kernel still had ` +
      `to send ${inMiB(closed.unsent)} of its answer. ` +
      "And the side that ends first stays in TIME-WAIT, in case its last " +
      "acknowledgment was lost. No process owns that socket, and a " +
      "server can still use the port, because Deno sets SO_REUSEADDR.",
  );
}

/** Shows what a FIN and an RST do to the peer's read(). */
async function twoEnds(show: Narrator): Promise<void> {
  show.step("Two ways to end: FIN and RST");
  const lanes = show.lanes("client", "server");
  {
    const { client, server } = await connectedPair();
    client.close();
    lanes.arrow(TO_SERVER, {
      label: "FIN",
      sent: "close()",
      received: await readOnce(server),
    });
    server.close();
  }
  {
    using listener = listenTcp();
    using client = await connectResettable(listener.addr.port);
    const server = await listener.accept();
    client.reset();
    lanes.arrow(TO_SERVER, {
      label: "RST",
      sent: "reset",
      received: await readOnce(server),
    });
    server.close();
  }
  show.say(
    "A FIN says that you have everything. After an RST, you can't know what " +
      "arrived. Deno's close() sends a FIN, and also an RST if there's unread " +
      "input.",
  );
}

/** Sends the same reply twice, and closes in two different ways. */
async function lostReply(show: Narrator): Promise<void> {
  show.step("A lost reply, and how to keep it");
  await show.predict(
    "A server reads 10 of the 1000 bytes of a question, writes its reply, and " +
      "closes. Its write() succeeded. Does the client get the whole reply?",
  );
  const hasty = await reply((server) => {
    server.close();
    return Promise.resolve();
  });
  tell("close() at once", hasty);
  const patient = await reply(async (server) => {
    await server.closeWrite();
    await readToEnd(server);
    server.close();
  });
  tell("half-close and drain", patient);
  show.say(
    hasty.received < hasty.written
      ? "close() says that this program won't read anymore, but 990 bytes of " +
        "the question were unread. So the kernel told the client with an RST, " +
        "and threw away what it still had to send."
      : "This system delivered the reply in spite of the 990 unread bytes. " +
        "Linux doesn't: it sends an RST and throws away the rest.",
  );

  function tell(how: string, { received, written, end }: Reply): void {
    show.fact(how, `${inMiB(received)} of ${inMiB(written)}, then ${end}`);
  }
}

interface Reply {
  /** The number of bytes that the server's write took. */
  written: number;
  /** The number of bytes that the client got. */
  received: number;
  /** What the client's last read returned or threw. */
  end: string;
}

/** Lets a server reply before it has read the whole question, and close. */
async function reply(
  finish: (server: Deno.Conn) => Promise<void>,
): Promise<Reply> {
  const { client, server } = await connectedPair();
  await writeAll(client, new Uint8Array(1000));
  await server.read(new Uint8Array(10));
  const written = await server.write(new Uint8Array(LARGE));
  const finished = finish(server);

  const buffer = new Uint8Array(64 * 1024);
  let received = 0;
  let end = "";
  while (end === "") {
    try {
      const count = await client.read(buffer);
      if (count === null) end = "null";
      else received += count;
    } catch (error) {
      end = (error as Error).name;
    }
  }
  client.close();
  await finished;
  return { written, received, end };
}

/** Shows what each call does after a close. */
async function afterTheEnd(show: Narrator): Promise<void> {
  show.step("Calls after a close");
  const data = encoder.encode("hello");
  const buffer = new Uint8Array(8);
  {
    const { client, server } = await connectedPair();
    await client.closeWrite();
    await writeAll(server, data);
    await tell("closeWrite(), then write()", () => client.write(data));
    await tell("closeWrite(), then read()", () => client.read(buffer));
    client.close();
    await tell("close(), then read()", () => client.read(buffer));
    await tell("close(), then write()", () => client.write(data));
    await tell("close(), then close()", () => client.close());
    server.close();
  }
  {
    const { client, server } = await connectedPair();
    const reading = client.read(buffer);
    client.close();
    await tell("close() during read()", () => reading);
    server.close();
  }
  {
    const { client, server } = await connectedPair();
    server.close();
    await tell("the peer's close(), then read()", () => client.read(buffer));
    await tell("the peer's close(), then write()", () => client.write(data));
    // The first write makes the peer's kernel answer with an RST.
    const next = async () => {
      for (let i = 0; i < 1000; i++) await client.write(data);
    };
    await tell("the peer's close(), later write()", next);
    client.close();
  }
  show.say(
    "BadResource is about your own socket: you closed it. BrokenPipe and " +
      "ConnectionReset are about the connection. The first write after the " +
      "peer's close() succeeds, although the peer won't read it. Only a later " +
      "one fails.",
  );

  async function tell(what: string, run: () => unknown): Promise<void> {
    show.fact(what, await outcome(run));
  }
}

/** Reads once, and tells what read() returned or threw. */
async function readOnce(server: Deno.Conn): Promise<string> {
  return `read() ${await outcome(() => server.read(new Uint8Array(1)))}`;
}

/** Makes a call, and tells what it returned or threw. */
async function outcome(run: () => unknown): Promise<string> {
  try {
    return `returns ${await run()}`;
  } catch (error) {
    return `throws ${(error as Error).name}`;
  }
}

/** Opens a connection; returns both of its ends. */
async function connectedPair(): Promise<
  { client: Deno.TcpConn; server: Deno.TcpConn }
> {
  using listener = listenTcp();
  const client = await connectTcp(listener.addr.port);
  return { client, server: await listener.accept() };
}

function inMiB(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
