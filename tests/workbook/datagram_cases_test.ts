import {
  checkDatagrams,
  type DatagramCase,
} from "../../lib/workbook/kit/mod.ts";
import { testProbes } from "./probes.ts";

/** Sends a question, and returns the first datagram from the server. */
type Ask = (
  socket: Deno.DatagramConn,
  question: Uint8Array,
  server: Deno.NetAddr,
) => Promise<Uint8Array>;

const SERVER = { transport: "udp", hostname: "127.0.0.1", port: 7 } as const;
const STRANGER = { ...SERVER, hostname: "192.0.2.1" };
const { NetworkUnreachable } = Deno.errors;

const ask: Ask = async (socket, question, server) => {
  await socket.send(question, server);
  while (true) {
    const [message, from] = await socket.receive();
    const { hostname, port } = from as Deno.NetAddr;
    if (hostname === server.hostname && port === server.port) return message;
  }
};

const CASES: DatagramCase[] = [
  asks("one", [{ message: "first", from: SERVER }], "Return the message."),
  asks("two", [{ message: "second", from: SERVER }], "Return the message."),
  asks("three", [
    { message: "a lie", from: STRANGER, afterSends: 0 },
    { message: (sent) => sent, from: SERVER },
  ], "Compare the address."),
  {
    ...asks("more than one", [
      { message: "first", from: SERVER },
      { message: "second", from: SERVER },
    ], "Return the first."),
    returns: bytes("first"),
  },
  {
    ...asks("four", [{ message: "a lie", from: STRANGER }], "Wait for it."),
    waits: true,
  },
  {
    ...asks("five", [], "Pass it on."),
    sends: [],
    sendError: new NetworkUnreachable("no network"),
    throws: NetworkUnreachable,
  },
];

function asks(
  question: string,
  arrives: DatagramCase["arrives"],
  likely: string,
): DatagramCase {
  const answer = arrives?.at(-1)?.message;
  return {
    step: `ask "${question}"`,
    args: [bytes(question), SERVER],
    sends: [{ message: question, to: SERVER }],
    arrives,
    returns: bytes(typeof answer === "string" ? answer : question),
    likely,
  };
}

const shared = new Uint8Array(100);
let current: Deno.DatagramConn;
let calls = 0;

testProbes<Ask>(
  "checkDatagrams()",
  (trial, answer) =>
    checkDatagrams(trial, {
      name: "ask",
      async call(socket, ...args: [Uint8Array, Deno.NetAddr]) {
        const message = await answer(socket, ...args);
        if (message.length === 50) trial.fail({ problem: "50", likely: "No." });
        return message;
      },
      explain: ({ sent }) => sent.length === 9 ? "Not nine times." : undefined,
    }, CASES),
  { "a right function": ask },
  [
    [
      "no look at the address",
      async (socket, question, server) => {
        await socket.send(question, server);
        return (await socket.receive())[0];
      },
      /are wrong.*Compare the address/s,
    ],
    [
      "what the check rejects in the call itself",
      () => Promise.resolve(new Uint8Array(50)),
      /^50\nNo\./,
    ],
    [
      "nothing sent",
      async (socket) => (await socket.receive())[0],
      /waits|sent 0 datagrams, but it should send 1/,
    ],
    [
      "more sent than must be",
      async (socket, question, server) => {
        for (let i = 0; i < 8; i++) await socket.send(question, server);
        return await ask(socket, question, server);
      },
      /sent 9 datagrams, but it should send 1\.\nNot nine times/,
    ],
    [
      "an attempt to send too much",
      async (socket, question, server) => {
        await socket.send(new Uint8Array(65_508), server).catch(() => {});
        return await ask(socket, question, server);
      },
      /the wrong bytes in datagram 1/,
    ],
    [
      "something else sent",
      (socket, question, server) => ask(socket, question.slice(1), server),
      /the wrong bytes in datagram 1|are wrong|Expected/,
    ],
    [
      "sent to another address",
      async (socket, question, server) => {
        await socket.send(question, { ...server, port: 8 });
        return (await socket.receive())[0];
      },
      /sent datagram 1 to the wrong address/,
    ],
    [
      "a return where it must wait",
      async (socket, question, server) => {
        await socket.send(question, server);
        const [message, from] = await socket.receive();
        const { hostname } = from as Deno.NetAddr;
        return hostname === server.hostname
          ? message
          : (await ask(socket, question.slice(0, 0), server));
      },
      /sent 2 datagrams/,
    ],
    [
      "a failed send that is swallowed",
      async (socket, question, server) => {
        await socket.send(question, server).catch(() => {});
        return await ask({ ...bound(socket), send: sent }, question, server);
      },
      /is waiting for another datagram, but no more will arrive\.\nPass it on/,
    ],
    [
      "a receive that was begun too early",
      async (socket, question, server) => {
        socket.receive().catch(() => {});
        return await ask(socket, question, server);
      },
      /2 receives waiting at the same time/,
    ],
    [
      "a wait with a timer of a minute",
      async (socket, question, server) => {
        setTimeout(() => {}, 60_000);
        await ask(socket, question, server);
        return (await socket.receive())[0];
      },
      /is waiting for another datagram, but no more will arrive/,
    ],
    [
      "a look at what follows a short message",
      async (socket, question, server) => {
        const { buffer, byteOffset, length } = await ask(
          socket,
          question,
          server,
        );
        return new Uint8Array(buffer, byteOffset, Math.max(length, 6));
      },
      /Expected 5 bytes, got/,
    ],
    [
      "a receive that is left when the send fails",
      async (socket, question, server) => {
        const receiving = socket.receive();
        await socket.send(question, server);
        const { hostname } = (await receiving)[1] as Deno.NetAddr;
        return hostname === server.hostname
          ? (await receiving)[0]
          : (await socket.receive())[0];
      },
      /one of its receives is still waiting.*after you've sent/s,
    ],
    [
      "a receive that is left",
      async (socket, question, server) => {
        const message = await ask(socket, question, server);
        socket.receive().catch(() => {});
        return message;
      },
      /one of its receives is still waiting/,
    ],
    [
      "a view of one buffer",
      async (socket, question, server) => {
        const message = await ask(socket, question, server);
        shared.set(message);
        return shared.subarray(0, message.length);
      },
      /changed when later calls were made/,
    ],
    [
      "another result at the second call",
      async (socket, question, server) => {
        const message = await ask(socket, question, server);
        return ++calls === 2 ? message.slice(1) : message;
      },
      /a different result the second time/,
    ],
    [
      "one socket for all calls",
      (socket, question, server) => {
        current = socket;
        const send = socket.send.bind(socket);
        const receive = () => current.receive();
        return ask({ ...bound(socket), send, receive }, question, server);
      },
      /two in use at the same time/,
    ],
    [
      "the whole buffer instead of a view",
      (socket, question, server) =>
        ask(socket, new Uint8Array(question.buffer), server),
      /part of a larger buffer/,
    ],
    [
      "a changed question",
      async (socket, question, server) => {
        const message = await ask(socket, question, server);
        question.fill(0);
        return message;
      },
      /changed its arguments/,
    ],
    [
      "a closed socket",
      async (socket, question, server) => {
        const message = await ask(socket, question, server);
        socket.close();
        return message;
      },
      /ask\(\) closed the socket/,
    ],
    [
      "a timer that is left",
      (socket, question, server) => {
        setTimeout(() => {}, 60_000);
        return ask(socket, question, server);
      },
      /a timer that you started is still running/,
    ],
    [
      "a string",
      async (socket, _, server) => {
        await socket.send("one" as unknown as Uint8Array, server);
        return new Uint8Array();
      },
      /passed the string "one" to socket\.send\(\), which takes bytes/,
    ],
  ],
);

function bound(socket: Deno.DatagramConn): Deno.DatagramConn {
  return { ...socket, receive: (buffer) => socket.receive(buffer) };
}

function sent(message: Uint8Array): Promise<number> {
  return Promise.resolve(message.length);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Sends a message. */
type Send = (
  socket: Deno.DatagramConn,
  message: Uint8Array,
  to: Deno.NetAddr,
) => Promise<unknown>;

testProbes<Send>(
  "checkDatagrams() without anything that arrives",
  (trial, call) =>
    checkDatagrams(
      trial,
      { name: "send", call },
      ["one", "two"].map((message) => ({
        step: `send "${message}"`,
        args: [bytes(message), SERVER],
        sends: [{ message, to: SERVER }],
        likely: "Send it.",
      })),
    ),
  { "a right function": (socket, message, to) => socket.send(message, to) },
  [
    [
      "one buffer for all messages",
      (socket, message, to) => {
        shared.set(message);
        return socket.send(shared.subarray(0, message.length), to);
      },
      /two in use at the same time/,
    ],
  ],
);
