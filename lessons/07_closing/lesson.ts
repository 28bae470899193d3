/**
 * Lesson 7: the end of a stream has two halves.
 *
 * One side ends and still hears the other; the kernel's own states through a
 * whole life; the two ways to end; and a reply that is lost because its server
 * closed a moment too early.
 */
import { connect as connectNode } from "node:net";
import {
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

/** The client ends its side, and hears the answer all the same. */
async function halfClose(show: Narrator): Promise<void> {
  show.step("One side ends, the other goes on");
  await show.predict(
    "The client asks, and ends its side of the stream. Can the server still " +
      "answer?",
  );
  const { client, server } = await connectedPair();
  show.sockets({ client, server });
  const lanes = show.lanes("client", "server");
  await writeAll(client, encoder.encode("how many?"));
  const question = await readExact(server, 9);
  lanes.arrow(TO_SERVER, { data: question, received: "read() gave 9" });
  await client.closeWrite();
  const end = await server.read(new Uint8Array(1));
  lanes.arrow(TO_SERVER, {
    label: "FIN",
    sent: "closeWrite()",
    received: `read() gave ${end}`,
  });
  await writeAll(server, encoder.encode("seven"));
  const answer = await readExact(client, 5);
  lanes.arrow(TO_CLIENT, { data: answer, received: "read() gave 5" });
  server.close();
  const otherEnd = await client.read(new Uint8Array(1));
  lanes.arrow(TO_CLIENT, {
    label: "FIN",
    sent: "close()",
    received: `read() gave ${otherEnd}`,
  });
  client.close();
  show.say(
    "A connection is two streams, and each has an end of its own, called FIN. " +
      "closeWrite() ends one of them; the other one knows nothing of it.",
  );
}

/** The kernel's name for each moment of a connection. */
async function wholeLife(show: Narrator): Promise<void> {
  show.step("A whole life, in the kernel's words");
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
    "When both have closed, which side still has a socket: client or server?",
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
  // Now the server ends first, so that the listener's own port is left over.
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
    `After its close() the server's program had nothing left, but ` +
      `${
        inMiB(closed.unsent)
      } of its answer were still to be sent: the kernel ` +
      "did that. And who ends first waits at the end: the port stays in " +
      "TIME-WAIT, for no process, in case the last word was lost. It does not " +
      "keep a server from its port: Deno sets SO_REUSEADDR.",
  );
}

/** FIN and RST, as the one who reads learns of them. */
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
    // Deno's own close() sends a FIN first; node:net can reset at once.
    const client = connectNode(listener.addr.port, "127.0.0.1");
    const server = await listener.accept();
    if (client.connecting) {
      await new Promise<void>((resolve) => client.once("connect", resolve));
    }
    client.resetAndDestroy();
    lanes.arrow(TO_SERVER, {
      label: "RST",
      sent: "resetAndDestroy()",
      received: await readOnce(server),
    });
    server.close();
  }
  show.say(
    "FIN: that was all, and you have all of it. RST: it is over, and nobody " +
      "knows what has arrived. Deno's close() sends a FIN, and an RST as well " +
      "where input is left unread.",
  );
}

/** One call, and two ways to end behind it. */
async function lostReply(show: Narrator): Promise<void> {
  show.step("A reply that is lost, and the same reply kept");
  await show.predict(
    "A server reads 10 bytes of a question of 1000, writes its reply, and " +
      "closes. write() has taken the reply. Does the client get all of it?",
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
      ? "close() says that nobody will read any more. There were 990 bytes of " +
        "the question unread, so the system said so to the client, by RST, " +
        "and threw away what was still to be sent."
      : "This system delivered the reply in spite of the 990 bytes that " +
        "nobody read. Linux does not: it sends RST and throws away the rest.",
  );

  function tell(how: string, { received, written, end }: Reply): void {
    show.fact(how, `${inMiB(received)} of ${inMiB(written)}, then ${end}`);
  }
}

interface Reply {
  /** Bytes that the server's write took. */
  written: number;
  /** Bytes that came to the client. */
  received: number;
  /** What the client's last read said. */
  end: string;
}

/** A server that has not read all of the question replies, and ends. */
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

/** What a socket cannot do any more. */
async function afterTheEnd(show: Narrator): Promise<void> {
  show.step("What is left after the end");
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
    // The first write is what makes the peer's system answer with an RST.
    const next = async () => {
      for (let i = 0; i < 1000; i++) await client.write(data);
    };
    await tell("the peer's close(), later write()", next);
    client.close();
  }
  show.say(
    "BadResource is about your own socket: you closed it. BrokenPipe and " +
      "ConnectionReset are about the connection. The write that nobody will " +
      "read is taken like any other; only the next one learns of it.",
  );

  async function tell(what: string, run: () => unknown): Promise<void> {
    show.fact(what, await outcome(run));
  }
}

/** What the server's next read gives, or what it throws. */
async function readOnce(server: Deno.Conn): Promise<string> {
  return `read() ${await outcome(() => server.read(new Uint8Array(1)))}`;
}

/** What a call gives, or what it throws. */
async function outcome(run: () => unknown): Promise<string> {
  try {
    return `gives ${await run()}`;
  } catch (error) {
    return `throws ${(error as Error).name}`;
  }
}

/** Both ends of a new connection. */
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
