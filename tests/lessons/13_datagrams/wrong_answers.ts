/** Wrong answers of lesson 13, and the diagnosis each must get. */
import * as timers from "node:timers/promises";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";
import * as solution from "../../../lessons/13_datagrams/solution.ts";
import type { Ask } from "../../../lessons/13_datagrams/types.ts";

const IS_SERVER =
  "from.hostname === server.hostname && from.port === server.port";
const RECEIVE = "await socket.receive()";
const SEND_QUESTION = "await socket.send(question, server);";
const RETURN_MESSAGE = "return message;\n    }";

const ask: WrongAnswer<Ask>[] = [
  {
    name: "accepts anyone's answer",
    replace: [IS_SERVER, "true"],
    diagnosis: /same host with another port/,
  },
  {
    name: "compares only the port",
    replace: ["from.hostname === server.hostname && ", ""],
    diagnosis: /same port on another host/,
  },
  {
    name: "compares the addresses as JSON",
    replace: [IS_SERVER, "JSON.stringify(from) === JSON.stringify(server)"],
    diagnosis: /depends on the order of their properties/,
  },
  {
    name: "concatenates host and port",
    replace: [
      IS_SERVER,
      "from.hostname + from.port === server.hostname + server.port",
    ],
    diagnosis: /the same text as 127\.0\.0\.11 and 9/,
  },
  {
    name: "receives into a buffer of 1024 bytes",
    replace: [RECEIVE, "await socket.receive(new Uint8Array(1024))"],
    diagnosis: /shorter than the message.*the rest is gone/s,
  },
  {
    name: "receives all answers into one buffer",
    replace: [RECEIVE, "await socket.receive(ask.b ??= new Uint8Array(1e5))"],
    diagnosis: /a view of a buffer, or an object, that later calls write into/,
  },
  {
    name: "returns the whole buffer, whatever came",
    replace: [
      `const [message, from] = ${RECEIVE};`,
      `const message = new Uint8Array(65_507);
      const [, from] = await socket.receive(message);`,
    ],
    diagnosis: /the part of the buffer that it filled/,
  },
  {
    name: "decodes the answer as text",
    replace: [
      "return message",
      "return new TextEncoder().encode(new TextDecoder().decode(message))",
    ],
    diagnosis: /don't have to be text/,
  },
  {
    name: "asks again after each stranger's message",
    replace: [RETURN_MESSAGE, `${RETURN_MESSAGE}\n    ${SEND_QUESTION}`],
    diagnosis: /only receive\(\) belongs in the loop/,
  },
  {
    name: "gives up after 100 strangers' messages",
    replace: ["while (true) {", "for (let i = 0;;) { if (i++ > 99) throw i;"],
    diagnosis: /Ignore the message, and receive again/,
  },
  {
    name: "doesn't await receive()",
    replace: [RECEIVE, "socket.receive()"],
    diagnosis: /You used the result of socket\.receive\(\) before it was there/,
  },
  {
    name: "returns the address, too",
    replace: ["return message;", "return [message, from];"],
    diagnosis: /return the message/,
  },
  {
    name: "joins all that the server sends",
    async attempt(socket, question, server) {
      let all = await solution.ask(socket, question, server);
      const quiet = new Promise<null>((resolve) =>
        setTimeout(resolve, 0, null)
      );
      const more = socket.receive();
      const got = await Promise.race([more, quiet]);
      if (got !== null) all = Uint8Array.of(...all, ...got[0]);
      return all;
    },
    diagnosis: /a receive of its is still waiting/,
  },
  {
    name: "waits for a second message",
    attempt: async (socket, question, server) =>
      Uint8Array.of(
        ...await solution.ask(socket, question, server),
        ...(await socket.receive())[0],
      ),
    diagnosis: /don't wait for another/,
  },
  {
    name: "waits for the server that it asked first",
    replace: [
      SEND_QUESTION,
      `${SEND_QUESTION}\n  server = ask.first ??= server;`,
    ],
    diagnosis: /not with what an earlier call left in a variable/,
  },
  {
    name: "compares how hostnames begin",
    replace: [
      "from.hostname === server.hostname",
      "from.hostname.startsWith(server.hostname)",
    ],
    diagnosis: /127\.0\.0\.10 is another host/,
  },
  {
    name: "ignores an empty answer",
    replace: ["return message;", "if (message.length > 0) return message;"],
    diagnosis: /An empty message is a message: it came from the server/,
  },
  {
    name: "gives up when a timer fires",
    replace: [
      RECEIVE,
      `await Promise.race([
        socket.receive(),
        new Promise((_, reject) => setTimeout(reject, 60_000, new Error("late"))),
      ])`,
    ],
    diagnosis: /Wait for as long as it takes/,
  },
  {
    name: "gives up when a signal aborts",
    replace: [
      RECEIVE,
      `await Promise.race([
        socket.receive(),
        new Promise((_, reject) => {
          AbortSignal.timeout(60_000).onabort = () => reject(new Error("late"));
        }),
      ])`,
    ],
    diagnosis: /Wait for as long as it takes/,
  },
  {
    name: "gives up when a timer of node:timers fires",
    async attempt(socket, question, server) {
      const stop = new AbortController();
      const late = timers.setTimeout(60_000, null, { signal: stop.signal });
      const answer = solution.ask(socket, question, server);
      try {
        return await Promise.race([answer, late.then(() => new Uint8Array())]);
      } finally {
        stop.abort();
        late.catch(() => {});
      }
    },
    diagnosis: /waits with a timer of node:timers.*Wait for as long/s,
  },
  {
    name: "asks again every minute",
    async attempt(socket, question, server) {
      const again = setInterval(() => socket.send(question, server), 60_000);
      try {
        return await solution.ask(socket, question, server);
      } finally {
        clearInterval(again);
      }
    },
    diagnosis: /One of your timers sent it again/,
  },
  {
    name: "doesn't await send()",
    replace: ["await socket.send", "socket.send"],
    diagnosis: /`await` the send.*waits for an answer forever/s,
  },
  {
    name: "hides the error of send()",
    replace: ["server);", "server).catch(() => { throw new Error(); });"],
    diagnosis: /Let the caller have the error of send\(\) as it is/,
  },
  {
    name: "abandons a receive that it started before it asks",
    async attempt(socket, question, server) {
      const late = new Promise((resolve) => setTimeout(resolve, 0));
      const old = socket.receive();
      old.catch(() => {});
      await Promise.race([old, late]);
      return await solution.ask(socket, question, server);
    },
    diagnosis: /A receive that you gave up takes the next datagram/,
  },
  {
    name: "closes the socket",
    replace: ["return message;", "socket.close();\n      return message;"],
    diagnosis: /whoever opened it closes it/,
  },
  {
    name: "asks from a socket of its own",
    replace: [
      SEND_QUESTION,
      `socket = Deno.listenDatagram({ ...socket.addr, port: 0 });
      ${SEND_QUESTION}`,
    ],
    diagnosis: /a new socket has another one/,
  },
];

const SEND = "await socket.send(message, to)";
const THROW = `throw new RangeError(
      \`Cannot send \${message.length} bytes: the limit is \${MAX_BYTES}\`,
    );`;

export const wrongAnswers: WrongAnswers = {
  "13.1": ask,
  "13.2": [
    {
      name: "compares only after the send has failed",
      replace: ["if (m", `try { return void ${SEND}; } catch {} if (m`],
      diagnosis: /before you threw the RangeError.*too late/s,
    },
    {
      name: "splits a long message",
      replace: [
        THROW,
        `await sendMessage(socket, message.subarray(0, MAX_BYTES), to);
        return sendMessage(socket, message.subarray(MAX_BYTES), to);`,
      ],
      diagnosis: /You split 65508 bytes into 2 datagrams/,
    },
    {
      name: "uses 65,535 as the limit",
      replace: [" - 20 - 8", ""],
      diagnosis: /includes the 20 bytes of the IPv4 header/,
    },
    {
      name: "counts characters",
      replace: ["(message.length", "(new TextDecoder().decode(message).length"],
      diagnosis: /The limit is in bytes/,
    },
    {
      name: "rejects the longest message",
      replace: ["length > MAX_BYTES", "length >= MAX_BYTES"],
      diagnosis: /can still be sent/,
    },
    {
      name: "truncates a long message",
      replace: [THROW, "message = message.subarray(0, MAX_BYTES);"],
      diagnosis: /takes them for the whole message/,
    },
    {
      name: "drops a long message silently",
      replace: [THROW, "return;"],
      diagnosis: /never learns that the message is lost/,
    },
    {
      name: "throws a plain Error",
      replace: ["new RangeError", "new Error"],
      diagnosis: /out of range, so that's the class/,
    },
    {
      name: "doesn't mention the size",
      replace: ["${message.length} bytes", "it"],
      diagnosis: /doesn't mention 65508\./,
    },
    {
      name: "doesn't mention the limit",
      replace: [": the limit is ${MAX_BYTES}", ""],
      diagnosis: /doesn't mention 65507\./,
    },
    {
      name: "loops while there are bytes left, as for a stream",
      replace: [
        SEND,
        `for (let sent = 0; sent < message.length;) {
          sent += await socket.send(message.subarray(sent), to);
        }`,
      ],
      diagnosis: /send once, without a loop/,
    },
    {
      name: "sends the whole array that the message is part of",
      replace: [SEND, "await socket.send(new Uint8Array(message.buffer), to)"],
      diagnosis: /as part of a larger buffer.*`\.buffer` is all of that/s,
    },
    {
      name: "waits for an answer",
      replace: [SEND, `${SEND};\n  await socket.receive()`],
      diagnosis: /UDP doesn't acknowledge datagrams/,
    },
    {
      name: "sends to its own address",
      replace: ["(message, to)", "(message, socket.addr)"],
      diagnosis: /Send it to the address that sendMessage\(\) was given/,
    },
    {
      name: "puts the length in front",
      replace: ["(message, to)", "(Uint8Array.of(5, ...message), to)"],
      diagnosis: /UDP keeps the length by itself/,
    },
    {
      name: "doesn't await send()",
      replace: ["await socket.send", "socket.send"],
      diagnosis: /`await` it, or return it/,
    },
    {
      name: "ignores the error of send()",
      replace: [SEND, `${SEND}.catch(() => {})`],
      diagnosis: /your own system does tell you/,
    },
    {
      name: "takes every failure for a message that's too long",
      replace: [SEND, `${SEND}.catch(() => { throw new RangeError(); })`],
      diagnosis: /This message isn't too long/,
    },
  ],
};
