/** Wrong answers of lesson 13, and the diagnosis each must get. */
import * as timers from "node:timers/promises";
import { replacing, type WrongAnswer, type WrongAnswers } from "../gates.ts";
import * as solution from "../../../lessons/13_datagrams/solution.ts";
import type { Ask } from "../../../lessons/13_datagrams/types.ts";

const IS_SERVER =
  "from.hostname === server.hostname && from.port === server.port";
const RECEIVE = "await socket.receive()";
const SEND_QUESTION = "await socket.send(question, server);";
const RETURN_MESSAGE = "return message;\n    }";

const ask: WrongAnswer<Ask>[] = [
  ...replacing(IS_SERVER, {
    "accepts anyone's answer": ["true", /same host with another port/],
    "compares the addresses as JSON": [
      "JSON.stringify(from) === JSON.stringify(server)",
      /depends on the order of their properties/,
    ],
    "looks for the server's address in the text": [
      "`${from.hostname}:${from.port}`" +
      ".includes(`${server.hostname}:${server.port}`)",
      /190 isn't port 19/,
    ],
    "concatenates host and port": [
      "from.hostname + from.port === server.hostname + server.port",
      /the same text as 127\.0\.0\.11 and 9/,
    ],
  }),
  {
    name: "compares only the port",
    replace: ["from.hostname === server.hostname && ", ""],
    diagnosis: /same port on another host/,
  },
  ...replacing(RECEIVE, {
    "receives into a buffer of 1024 bytes": [
      "await socket.receive(new Uint8Array(1024))",
      /shorter than the message.*the rest is gone/s,
    ],
    "receives all answers into one buffer": [
      "await socket.receive(ask.b ??= new Uint8Array(1e5))",
      /a view of a buffer, or an object, that later calls write into/,
    ],
    "doesn't await receive()": [
      "socket.receive()",
      /You used the promise that socket\.receive\(\) returned as if it were the result/,
    ],
    "gives up when a timer fires": [
      `await Promise.race([
        socket.receive(),
        new Promise((_, reject) => setTimeout(reject, 60_000, new Error("late"))),
      ])`,
      /Wait for as long as it takes/,
    ],
    "gives up when a signal aborts": [
      `await Promise.race([
        socket.receive(),
        new Promise((_, reject) => {
          AbortSignal.timeout(60_000).onabort = () => reject(new Error("late"));
        }),
      ])`,
      /Wait for as long as it takes/,
    ],
  }),
  {
    name: "returns the whole buffer, however short the answer",
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
  ...replacing("while (true) {", {
    "gives up after 100 strangers' messages": [
      "for (let i = 0;;) { if (i++ > 99) throw i;",
      /Ignore the message, and receive again/,
    ],
  }),
  ...replacing("return message;", {
    "returns the address, too": [
      "return [message, from];",
      /return the message/,
    ],
    "ignores an empty answer": [
      "if (message.length > 0) return message;",
      /An empty message is a message: it's the server's whole answer/,
    ],
    "closes the socket": [
      "socket.close();\n      return message;",
      /The caller opened it/,
    ],
  }),
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
    diagnosis: /one of its receives is still waiting/,
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
    name: "polls for the answer",
    async attempt(socket, question, server) {
      let isDone = false;
      const asking = solution.ask(socket, question, server)
        .finally(() => isDone = true);
      asking.catch(() => {});
      while (!isDone) await new Promise((resolve) => setTimeout(resolve, 10));
      return await asking;
    },
    diagnosis: /a timer while it waits.*Don't poll/s,
  },
  {
    name: "closes the socket when a timer fires",
    async attempt(socket, question, server) {
      const timer = setTimeout(() => socket.close(), 60_000);
      try {
        return await solution.ask(socket, question, server);
      } finally {
        clearTimeout(timer);
      }
    },
    diagnosis:
      /One of your timers closed the socket.*caller still needs the socket/s,
  },
  {
    name: "ignores one stranger only",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const [message, from] = await socket.receive();
      const isServer = JSON.stringify(from, ["hostname", "port"]) ===
        JSON.stringify(server, ["hostname", "port"]);
      return isServer ? message : (await socket.receive())[0];
    },
    diagnosis: /You ignored a stranger's first message/,
  },
  {
    name: "starts to receive before it sends",
    async attempt(socket, question, server) {
      let receiving = socket.receive();
      await socket.send(question, server);
      while (true) {
        const [message, from] = await receiving;
        const { hostname, port } = from as Deno.NetAddr;
        if (hostname === server.hostname && port === server.port) {
          return message;
        }
        receiving = socket.receive();
      }
    },
    diagnosis: /one of its receives is still.*after you've sent/s,
  },
  {
    name: "sends and receives at the same time",
    async attempt(socket, question, server) {
      let [, [message, from]] = await Promise.all([
        socket.send(question, server),
        socket.receive(),
      ]);
      while (true) {
        const { hostname, port } = from as Deno.NetAddr;
        if (hostname === server.hostname && port === server.port) {
          return message;
        }
        [message, from] = await socket.receive();
      }
    },
    diagnosis: /one of its receives is still.*after you've sent/s,
  },
  ...replacing("(question, server);", {
    "swallows the error of send()": [
      "(question, server).catch(() => {});",
      /The question wasn't sent.*and don't catch its error/s,
    ],
    "asks at its own host": [
      "(question, { ...socket.addr, port: server.port });",
      /Send the question to `server`, to its hostname/,
    ],
    "puts the length in front of the question": [
      "(Uint8Array.of(question.length, ...question), server);",
      /Send the question as it is, with nothing added/,
    ],
  }),
  ...replacing("while (true) {", {
    "stops at the first stranger": [
      "for (let i = 0; ; i++) {\n    if (i > 0) return new Uint8Array();",
      /isn't an error, and doesn't mean that no answer/,
    ],
  }),
  ...replacing(SEND_QUESTION, {
    "waits for the server it asked first": [
      `${SEND_QUESTION}\n  server = ask.first ??= server;`,
      /not with what an earlier call left in a variable/,
    ],
    "asks from a new socket": [
      `socket = Deno.listenDatagram({ ...socket.addr, port: 0 });
      ${SEND_QUESTION}`,
      /a new socket has a different one/,
    ],
  }),
  ...replacing("from.hostname === server.hostname", {
    "compares how hostnames begin": [
      "from.hostname.startsWith(server.hostname)",
      /127\.0\.0\.10 isn't the host/,
    ],
    "compares hostnames as four numbers": [
      'from.hostname.split(".").join() === server.hostname.split(".")' +
      ".map(Number).join()",
      /A hostname isn't always four numbers/,
    ],
  }),
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
    diagnosis: /`await` the send\..*waits for an answer forever/s,
  },
  {
    name: "hides the error of send()",
    replace: ["server);", "server).catch(() => { throw new Error(); });"],
    diagnosis: /Pass on the error that send\(\) threw, unchanged/,
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
    diagnosis: /A receive that you gave up on still takes the next datagram/,
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
      diagnosis: /before you threw the RangeError.*limit too late/s,
    },
    ...replacing(THROW, {
      "splits a long message": [
        `await sendMessage(socket, message.subarray(0, MAX_BYTES), to);
        return sendMessage(socket, message.subarray(MAX_BYTES), to);`,
        /You split 65508 bytes into 2 datagrams/,
      ],
      "truncates a long message": [
        "message = message.subarray(0, MAX_BYTES);",
        /takes them for the whole message/,
      ],
      "drops a long message silently": [
        "return;",
        /never learns that the message wasn't sent/,
      ],
    }),
    ...replacing("throw new", {
      "returns the error": ["return new", /returned an error instead/],
    }),
    ...replacing("if (message.length > MAX_BYTES) {", {
      "drops a message of exactly the limit": [
        "if (message.length === MAX_BYTES) return;\n" +
        "  if (message.length > MAX_BYTES) {",
        /exactly that many still fit/,
      ],
      "rejects an empty message": [
        "if (!message.length || message.length > MAX_BYTES) {",
        /An empty message is a message/,
      ],
    }),
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
      diagnosis: /exactly that many still fit/,
    },
    ...replacing("new RangeError", {
      "throws a plain Error": [
        "new Error",
        /out of range, so throw a RangeError/,
      ],
    }),
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
    ...replacing(SEND, {
      "loops while there are bytes left, as for a stream": [
        `for (let sent = 0; sent < message.length;) {
          sent += await socket.send(message.subarray(sent), to);
        }`,
        /send once, without a loop/,
      ],
      "sends the whole array that the message is part of": [
        "await socket.send(new Uint8Array(message.buffer), to)",
        /part of a larger buffer.*`\.buffer` is the whole buffer/s,
      ],
      "takes 0 sent bytes for a failure": [
        `if (!(${SEND})) throw new Error()`,
        /send\(\) returns 0 for an empty message/,
      ],
      "waits for an answer": [
        `${SEND};\n  await socket.receive()`,
        /UDP doesn't acknowledge datagrams/,
      ],
      "ignores the error of send()": [
        `${SEND}.catch(() => {})`,
        /your own system does tell you/,
      ],
      "takes every failure for a message that's too long": [
        `${SEND}.catch(() => { throw new RangeError(); })`,
        /This message isn't too long/,
      ],
    }),
    ...replacing("(message, to)", {
      "sends to its own host": [
        "(message, { ...socket.addr, port: to.port })",
        /The receiver can be on any machine/,
      ],
      "decodes the message as text, and encodes it again": [
        "(new TextEncoder().encode(new TextDecoder().decode(message)), to)",
        /You decoded the bytes as text/,
      ],
      "copies each message into one buffer": [
        `(((sendMessage.all ??= new Uint8Array(MAX_BYTES)).set(message),
          sendMessage.all.subarray(0, message.length)), to)`,
        /two in use at the same time.*a variable outside/s,
      ],
      "sends to its own address": [
        "(message, socket.addr)",
        /Send the message to `to`/,
      ],
      "puts the length in front": [
        "(Uint8Array.of(5, ...message), to)",
        /UDP already keeps its length/,
      ],
    }),
    ...replacing("await socket.send", {
      "doesn't await send()": ["socket.send", /`await` it, or return it/],
    }),
  ],
};
