import { datagram } from "../../../lessons/15_lossy_link/checks/datagrams.ts";
import type { Call } from "../../../lessons/15_lossy_link/types.ts";
import { DatagramSocket } from "../../../lib/net/mod.ts";
import type { WrongAnswers } from "../gates.ts";

/** Makes a call that a datagram other than the answer may disturb. */
export function disturbedCall(
  effect: "no effect" | "next attempt" | "restarted timer",
  { first = 1e9, asText = (bytes: Uint8Array) => bytes.toHex() } = {},
): Call {
  let lastNumber = first;
  return async (conn, server, request, { timeoutMs, attempts }) => {
    const socket = new DatagramSocket(conn);
    const question = datagram(++lastNumber, request);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await socket.send(question, server);
      const end = performance.now() + timeoutMs;
      let leftMs = timeoutMs;
      try {
        do {
          const { bytes, from } = await socket.receive({ timeoutMs: leftMs });
          const isFromServer = from.hostname === server.hostname &&
            from.port === server.port;
          const hasNumber = bytes.length >= 4 &&
            asText(bytes.subarray(0, 4)) === asText(question.subarray(0, 4));
          if (isFromServer && hasNumber) return bytes.subarray(4);
          if (effect === "no effect") {
            leftMs = Math.max(0, end - performance.now());
          }
        } while (effect !== "next attempt");
      } catch (error) {
        if (!(error instanceof Deno.errors.TimedOut)) throw error;
      }
    }
    throw new Deno.errors.TimedOut("no answer");
  };
}

const IS_OTHER = "hostname !== server.hostname || port !== server.port";
const PERFORM = "const data = this.#perform(request.subarray(4));";
const KEY = "`${from.hostname} ${from.port} ${number}`";

/** Wrong answers to lesson 15. */
export const wrongAnswers: WrongAnswers = {
  "15.1": [
    {
      name: "sends no number",
      replace: ["send(question", "send(request"],
      diagnosis: /There's no number in front/,
    },
    {
      name: "sends the number as text",
      replace: [
        "send(question",
        "send(new TextEncoder().encode(`${1e9 + number}:`)",
      ],
      diagnosis: /Every number takes 4 bytes, even a small one/,
    },
    {
      name: "doesn't look at the number of an answer",
      replace: ["if (view.getUint32(0) === number) ", ""],
      diagnosis: /with a different number.*a late answer/s,
    },
    {
      name: "compares one byte of the number",
      replace: ["getUint32(0) === number", "getUint8(3) === (number & 255)"],
      diagnosis: /with a different number.*Compare all 4 bytes/s,
    },
    {
      name: "starts over after 65536 numbers",
      replace: ["(lastNumber + 1) >>> 0", "(lastNumber + 1) & 0xffff"],
      diagnosis: /same number as call \d+.*start over too soon/s,
    },
    {
      name: "uses a new number for each attempt",
      replace: [
        "await socket.send",
        "question[3] += attempt - 1; await socket.send",
      ],
      diagnosis: /Choose the number before the loop/,
    },
    {
      name: "uses the same number for every call",
      replace: ["const number = lastNumber;", "const number = 1;"],
      diagnosis: /take a late answer to one call for the answer to the next/,
    },
    {
      name: "has no limit",
      replace: ["attempt <= options.attempts", "true"],
      diagnosis: /more than `attempts` times.*retry forever/s,
    },
    {
      name: "uses up an attempt for each stray datagram",
      attempt: disturbedCall("next attempt"),
      diagnosis: /no reason to ask again/,
    },
    {
      name: "restarts its timer after each stray datagram",
      attempt: disturbedCall("restarted timer"),
      diagnosis: /Every datagram restarts your timer/,
    },
    {
      name: "starts a receive for each attempt",
      replace: [
        "[answer,",
        "[attempt === 1 ? answer : receiveAnswer(socket, server, number),",
      ],
      diagnosis: /An earlier receive took the answer/,
    },
    {
      name: "starts a receive that it never looks at",
      replace: [
        "const answer =",
        "socket.receive().catch(() => {}); const answer =",
      ],
      diagnosis: /had 2 receives waiting at the same time/,
    },
    {
      name: "has a buffer of 512 bytes",
      replace: ["socket.receive()", "socket.receive(new Uint8Array(512))"],
      diagnosis: /receive\(\) silently cuts off the rest/,
    },
    {
      name: "returns a view of one buffer",
      replace: [
        "socket.receive()",
        "socket.receive(receiveAnswer.buffer ??= new Uint8Array(65507))",
      ],
      diagnosis: /changed when later calls were made/,
    },
    {
      name: "reads the request at the start of its whole buffer",
      replace: [
        "question.set(request, 4);",
        "question.set(new Uint8Array(request.buffer, 0, request.length), 4);",
      ],
      diagnosis: /part of a larger buffer/,
    },
    {
      name: "returns the number too",
      replace: ["message.subarray(4)", "message"],
      diagnosis: /Return the data without the number/,
    },
    {
      name: "returns the rest of the buffer that Deno received into",
      replace: ["message.subarray(4)", "new Uint8Array(message.buffer, 4)"],
      diagnosis: /message\.buffer is the whole buffer/,
    },
    {
      name: "accepts an answer from any sender",
      replace: [IS_OTHER, "false"],
      diagnosis: /and guess a number/,
    },
    {
      name: "ignores the sender's hostname",
      replace: ["hostname !== server.hostname || ", ""],
      diagnosis: /from udp:\/\/192\.0\.2\.1.*Compare the hostname as well/s,
    },
    {
      name: "compares the addresses as JSON",
      replace: [
        IS_OTHER,
        "JSON.stringify(from) !== JSON.stringify(server)",
      ],
      diagnosis: /not the address objects or their JSON/,
    },
    {
      name: "reads a number from too short a datagram",
      replace: ["if (message.length < 4) continue;", ""],
      diagnosis: /may have fewer than 4 bytes/,
    },
    {
      name: "compares the numbers as text",
      attempt: disturbedCall("no effect", {
        first: 1,
        asText: (bytes) => new TextDecoder().decode(bytes),
      }),
      diagnosis: /with a different number.*aren't text/s,
    },
    {
      name: "compares the digits of the numbers' bytes",
      attempt: disturbedCall("no effect", {
        first: 1,
        asText: (bytes) => bytes.join(""),
      }),
      diagnosis: /with a different number.*the same digits/s,
    },
    {
      name: "sends the number without the request",
      replace: ["question.set(request, 4);", ""],
      diagnosis: /comes `request`, unchanged/,
    },
    {
      name: "writes the request over the number",
      replace: ["question.set(request, 4);", "question.set(request);"],
      diagnosis: /comes `request`, unchanged/,
    },
    {
      name: "reads the number in another byte order",
      replace: ["view.getUint32(0)", "view.getUint32(0, true)"],
      diagnosis: /the number in the byte order in which you wrote it/,
    },
    {
      name: "drops the first byte of the data",
      replace: ["message.subarray(4)", "message.subarray(5)"],
      diagnosis: /the data starts at byte 4/,
    },
    {
      name: "takes an answer without data for a timeout",
      replace: ["if (data !== null) return", "if (data?.length) return"],
      diagnosis: /4 bytes with the right number are a complete answer/,
    },
    {
      name: "sends the question once",
      replace: ["await socket.send", "if (attempt === 1) await socket.send"],
      diagnosis: /sent the question 1 time instead of 3.*Send it again/s,
    },
    {
      name: "makes one attempt less",
      replace: [
        "attempt <= options.attempts",
        "attempt < Math.max(2, options.attempts)",
      ],
      diagnosis: /sent the question 2 times instead of 3.*the first one, too/s,
    },
    {
      name: "receives only when its wait is over",
      replace: [
        "const answer = receiveAnswer(socket, server, number);",
        `await socket.send(question, server);
  await new Promise((next) => setTimeout(next, options.timeoutMs));
  return await receiveAnswer(socket, server, number);
  const answer = Promise.resolve(null);`,
      ],
      diagnosis: /haven't called receive\(\) yet.*Promise\.race/s,
    },
    {
      name: "ignores an answer without data",
      replace: ["message.length < 4", "message.length < 5"],
      diagnosis: /4 bytes with the right number are a complete answer/,
    },
    {
      name: "doesn't wait after the last attempt",
      replace: [
        "const late",
        "if (attempt === options.attempts) break; const late",
      ],
      diagnosis: /gave up early.*after the last attempt too/s,
    },
    {
      name: "sends all attempts at once",
      replace: [
        "const late",
        "if (attempt < options.attempts) continue; const late",
      ],
      diagnosis: /sent the question 3 times.*Send one attempt, and wait/s,
    },
    {
      name: "waits longer each time, and as long as it should in all",
      replace: [
        "options.timeoutMs);\n    try",
        "0.4 * attempt * options.timeoutMs);\n    try",
      ],
      diagnosis: /After attempt 1, call\(\) asked again too early/,
    },
    {
      name: "doubles its wait after each attempt",
      replace: ["timeoutMs);", "timeoutMs * 2 ** (attempt - 1));"],
      diagnosis: /After attempt 2, .*much too late.*exponential backoff/s,
    },
    {
      name: "schedules all attempts, and doesn't cancel them",
      replace: [
        "for (let",
        `for (let again = 1; again < options.attempts; again++) {
    const send = () => socket.send(question, server).catch(() => {});
    setTimeout(send, again * options.timeoutMs);
  }
  for (let`,
      ],
      diagnosis: /a timer that you started is still running/,
    },
    {
      name: "counts only the retries",
      replace: ["attempt = 1", "attempt = 0"],
      diagnosis: /`attempts` includes the first attempt/,
    },
    {
      name: "returns something when no answer came",
      replace: ["throw new Deno.errors.TimedOut", "return String"],
      diagnosis: /No return value can mean "no answer"/,
    },
    {
      name: "throws a plain Error when no answer came",
      replace: ["Deno.errors.TimedOut", "Error"],
      diagnosis: /recognize a timeout by its class/,
    },
    {
      name: "closes the socket",
      replace: ["return data;", "return socket.close(), data;"],
      diagnosis: /closed the socket/,
    },
  ],
  "15.2": [
    {
      name: "performs a repeat",
      replace: ["if (known !== undefined) return known;", ""],
      diagnosis: /This is a repeat.*wants the work done once/s,
    },
    {
      name: "forgets an answer when it's repeated",
      replace: ["return known", "return this.#answers.delete(key) && known"],
      diagnosis: /look there first, for every repeat/,
    },
    {
      name: "answers repeats with no bytes",
      replace: ["return known", "return new Uint8Array()"],
      diagnosis: /asks until it gives up/,
    },
    {
      name: "answers repeats with undefined",
      replace: ["return known", "return undefined"],
      diagnosis: /handle\(\) returned undefined.*hasn't received the answer/s,
    },
    {
      name: "answers repeats with another answer",
      replace: ["return known", "return Uint8Array.of(...known, 33)"],
      diagnosis: /exactly the answer that the question got the first time/,
    },
    {
      name: "answers with a promise",
      replace: ["handle(", "async handle("],
      diagnosis: /returned a promise.*without `async`/s,
    },
    {
      name: "remembers forever",
      replace: ["this.#answers.delete(oldest);", ""],
      diagnosis: /You still remember the first of four/,
    },
    {
      name: "identifies a question by its number only",
      replace: [KEY, "`${number}`"],
      diagnosis: /Each client counts on its own/,
    },
    {
      name: "identifies the sender by port only",
      replace: [KEY, "`${from.port} ${number}`"],
      diagnosis: /The same port on another host/,
    },
    {
      name: "joins port and number without a separator",
      replace: [KEY, "`${from.hostname} ${from.port}${number}`"],
      diagnosis: /the same digits as 50001 and 23/,
    },
    {
      name: "joins hostname and port without a separator",
      replace: [KEY, "`${from.hostname}${from.port} ${number}`"],
      diagnosis: /the same text.*between hostname and port/s,
    },
    {
      name: "joins the bytes of the number without separators",
      replace: ["${number}", '${request.subarray(0, 4).join("")}'],
      diagnosis: /0, 0, 1, 23.*Read them as one number/s,
    },
    {
      name: "reads the number as text",
      replace: [
        "${number}",
        "${new TextDecoder().decode(request.subarray(0, 4))}",
      ],
      diagnosis: /The bytes aren't text/,
    },
    {
      name: "reads the number at the start of the whole array",
      replace: ["buffer, byteOffset)", "buffer)"],
      diagnosis: /is wrong if its bytes are part of a larger buffer/,
    },
    {
      name: "uses only the last byte of the number",
      replace: ["${number}", "${request[3]}"],
      diagnosis: /4 bytes, and all of them count/,
    },
    {
      name: "recognizes a repeat by its data",
      replace: ["${number}", "${request.subarray(4)}"],
      diagnosis: /a client that adds 1 twice wants 2/,
    },
    {
      name: "uses the array as the key",
      replace: [KEY, "request"],
      diagnosis: /the contents of `from` and `request`, not the objects/,
    },
    {
      name: "adds port and number",
      replace: [KEY, "`${from.hostname} ${from.port + number}`"],
      diagnosis: /Keep number and port apart/,
    },
    {
      name: "knows a host by its last digit",
      replace: [KEY, "`${from.hostname.at(-1)} ${from.port} ${number}`"],
      diagnosis: /The same port on another host/,
    },
    {
      name: "reads the number as a floating-point one",
      replace: ["getUint32(0)", "getFloat32(0)"],
      diagnosis: /an unsigned integer/,
    },
    {
      name: "takes a repeat with other data for a new question",
      replace: ["${number}", "${request}"],
      diagnosis: /its number and its sender, and nothing else/,
    },
    {
      name: "passes the data on as text",
      replace: [
        PERFORM,
        "const data = this.#perform(" +
        "new TextEncoder().encode(new TextDecoder().decode(request.slice(4))));",
      ],
      diagnosis: /The data is bytes, not text/,
    },
    {
      name: "copies from the start of the buffer of the result",
      replace: [
        "answer.set(data, 4);",
        "answer.set(new Uint8Array(data.buffer, 0, data.length), 4);",
      ],
      diagnosis: /a view of a larger array.*don't use data\.buffer/s,
    },
    {
      name: "performs each question twice",
      replace: [PERFORM, `this.#perform(request.subarray(4)); ${PERFORM}`],
      diagnosis: /called too often.*and only once/s,
    },
    {
      name: "remembers a question before it's performed",
      replace: [
        PERFORM,
        `this.#answers.set(key, request.slice(0, 4)); ${PERFORM}`,
      ],
      diagnosis: /no real answer.*only after it has been performed/s,
    },
    {
      name: "remembers only the last answer",
      replace: [
        "this.#answers.set",
        "this.#answers.clear(); this.#answers.set",
      ],
      diagnosis: /more than the last answer/,
    },
    {
      name: "answers without the number",
      replace: ["return answer;", "return answer.subarray(4);"],
      diagnosis: /The number is missing/,
    },
    {
      name: "passes the number to perform()",
      replace: ["this.#perform(request.subarray(4))", "this.#perform(request)"],
      diagnosis: /something other than the data/,
    },
    {
      name: "writes the answer into the question's array",
      replace: [
        "new Uint8Array(4 + data.length)",
        "data.length === 1 ? request : new Uint8Array(4 + data.length)",
      ],
      diagnosis: /when the caller used its buffer again/,
    },
    {
      name: "takes an answer without data for no answer",
      replace: ["known !== undefined", "known && known.length > 4"],
      diagnosis: /Compare with undefined/,
    },
    {
      name: "remembers a question before it's performed",
      replace: ["const data", "this.#answers.set(key, request); const data"],
      diagnosis: /only after it has been performed/,
    },
    {
      name: "remembers an error, and throws it again",
      replace: [
        `if (known !== undefined) return known;

    const data = this.#perform(request.subarray(4));`,
        `if (known instanceof Error) throw known;
    if (known !== undefined) return known;
    let data;
    try {
      data = this.#perform(request.subarray(4));
    } catch (error) {
      this.#answers.set(key, error);
      throw error;
    }`,
      ],
      diagnosis:
        /the error of an earlier attempt.*the repeat gets a new chance/s,
    },
    {
      name: "turns an error into an answer",
      replace: [
        PERFORM,
        `let data = new Uint8Array();
    try {
      data = this.#perform(request.subarray(4));
    } catch {}`,
      ],
      diagnosis: /the server must learn that nothing was done/,
    },
    {
      name: "throws its own error",
      replace: [
        PERFORM,
        `let data;
    try {
      data = this.#perform(request.subarray(4));
    } catch (cause) {
      throw new Error("not done", { cause });
    }`,
      ],
      diagnosis: /threw a different error than perform\(\)/,
    },
    {
      name: "forgets everything when it's full",
      replace: ["this.#answers.delete(oldest)", "this.#answers.clear()"],
      diagnosis: /forget only the oldest, not all/,
    },
    {
      name: "forgets what was asked longest ago",
      replace: [
        "return known",
        "return this.#answers.delete(key) && this.#answers.set(key, known).get(key)",
      ],
      diagnosis: /A repeat doesn't make an answer newer/,
    },
    {
      name: "makes room before it has an answer",
      replace: [
        "const data =",
        `if (this.#answers.size >= this.#maxRemembered) {
      this.#answers.delete([...this.#answers.keys()][0]);
    }
    const data =`,
      ],
      diagnosis: /there's no third answer to make room for/,
    },
    {
      name: "has a limit for each sender",
      replace: [
        `if (this.#answers.size > this.#maxRemembered) {
      const [oldest] = this.#answers.keys();`,
        `const sender = \`\${from.hostname} \${from.port} \`;
    const own = [...this.#answers.keys()].filter((k) => k.startsWith(sender));
    if (own.length > this.#maxRemembered) {
      const [oldest] = own;`,
      ],
      diagnosis: /You have a limit per sender/,
    },
    {
      name: "takes a limit of 0 for no limit",
      replace: ["?? 100", "|| 100"],
      diagnosis: /0 is a limit: don't remember anything/,
    },
    {
      name: "has no default limit",
      replace: ["?? 100", "?? Infinity"],
      diagnosis: /Without options, there's still a limit/,
    },
  ],
};
