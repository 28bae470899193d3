/** Checks answers to 15.1. */
import { bindUdp, formatAddress } from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  type Advice,
  type Arriving,
  checkDatagrams,
  type Datagram,
  type DatagramCase,
  type DatagramResult,
  differenceAt,
  type FakeSocket,
  toBytes,
  type Trial,
  written,
} from "../../../lib/workbook/kit/mod.ts";
import type { Call, CallOptions } from "../types.ts";
import { AGAIN, checkManyCalls, FORMAT, Numbers } from "./call_numbers.ts";
import { checkWaits } from "./call_waits.ts";
import { datagram, SERVER, STRANGER } from "./datagrams.ts";

const LATE = "A late answer";
const RECEIVE = "You can't cancel a receive";

/** For calls that need only one attempt: no timer may fire during the check. */
const PATIENT: CallOptions = { timeoutMs: 60_000, attempts: 3 };
/** The most that fits into a datagram after the number, in bytes. */
const MOST = 65_503;

const OTHER_HOST = { ...SERVER, hostname: "192.0.2.1" };

const CASES: DatagramCase[] = [
  calls("call with 3 bytes; answer with 4", Uint8Array.of(1, 2, 3), {
    // These bytes aren't UTF-8: decoding them as text would change them.
    data: Uint8Array.of(0xff, 0x00, 0xc3, 0x01),
    likely: "Return the data unchanged. It's bytes, not necessarily text.",
  }),
  calls("call; first, send a late answer, with another number", "two", {
    decoys: [decoy((number) => datagram(changed(number, 3), "late"))],
    likely: "That was a late answer, with the number of an earlier call. " +
      "Compare the number in each datagram with your question's. If they " +
      "differ, ignore the datagram and receive again.",
  }),
  calls("call; first, send four numbers that differ in one byte", "three", {
    decoys: [0, 1, 2, 3].map((at) =>
      decoy((number) => datagram(changed(number, at), `lie ${at}`))
    ),
    likely: "That answer has a different number. Compare all 4 bytes: " +
      "DataView's getUint32(0) reads them at once.",
    read: FORMAT,
  }),
  calls("call; first, send the right number from another port", "four", {
    decoys: [decoy((number) => datagram(number, "a lie"), STRANGER)],
    likely:
      "Any program can send you a datagram, and guess a number. Compare " +
      "the sender's address too, both hostname and port, as in lesson 13.",
  }),
  calls("call; first, send the right number from another host", "five", {
    decoys: [decoy((number) => datagram(number, "a lie"), OTHER_HOST)],
    likely: "The same port on another host is another program. Compare the " +
      "hostname as well as the port, as in lesson 13.",
  }),
  calls("call; first, send datagrams of 4, 2, 3, and 0 bytes", "six", {
    decoys: [
      decoy((number) => changed(number, 0)),
      ...[2, 3, 0].map((size) => decoy((number) => number.slice(0, size))),
    ],
    likely: "A datagram may have fewer than 4 bytes, and then it has no " +
      "number to read. Check its length first, and ignore it.",
  }),
  calls("call with an empty request; answer with no data", "", {
    data: "",
    likely: "The answer may have no data: 4 bytes with the right number are " +
      "a complete answer. Return an empty array.",
    read: FORMAT,
  }),
  calls("call with one attempt, and answer it", "seven", {
    options: { ...PATIENT, attempts: 1 },
    likely: "Wait `timeoutMs` after the last attempt too: it may be the one " +
      "that gets through.",
    read: AGAIN,
  }),
  calls(`call with ${MOST} bytes; answer with as many`, "x".repeat(MOST), {
    data: "y".repeat(MOST),
    likely:
      "If your buffer is too short, receive() silently cuts off the rest. " +
      "A datagram has up to 65,507 bytes: pass a buffer of that size, or no " +
      "buffer.",
  }),
  // If the machine pauses for `timeoutMs`, the answer comes too late.
  answersThird(15, answersThird(60, answersThird(240))),
  {
    ...calls("call with 2 attempts of 10 ms, and never answer", "gone?", {
      options: { timeoutMs: 10, attempts: 2 },
      attempts: 2,
      likely: ({ then }) =>
        then === "value"
          ? 'No return value can mean "no answer": even an empty array is an ' +
            "answer. Throw after the loop."
          : "Callers recognize a timeout by its class: throw new " +
            'Deno.errors.TimedOut("…").',
      read: AGAIN,
    }),
    arrives: [],
    throws: Deno.errors.TimedOut,
  },
];

/** Checks an answer to 15.1. */
export async function checkCall(call: Call, trial: Trial): Promise<void> {
  const numbers = new Numbers(trial);
  let last: FakeSocket | undefined;
  await checkDatagrams(trial, {
    name: "call",
    async call(conn, ...[server, request, options]: Arguments) {
      const socket = last = conn as FakeSocket;
      const before = socket.sent.length;
      const most = before + options.attempts + 1;
      const endless = socket.until(() => socket.sent.length > most)
        .then(() => trial.fail(ENDLESS));
      endless.catch(() => {});
      const calling = call(socket, server, request, options);
      try {
        return await Promise.race([calling, endless]);
      } finally {
        const sent = socket.sent.slice(before);
        // A question of another length fails later, for its format.
        const isDue = ({ message }: Datagram) =>
          message.length === 4 + request.length;
        if (sent.length > 0 && sent.every(isDue)) numbers.add(sent);
      }
    },
    seeSent: (question) => question.subarray(4),
    explain: (result, due) => explain(result, due, last!, trial),
    mayLeaveReceive: true,
  }, CASES);
  await checkWaits(call, trial);
  await checkRealSockets(call, trial);
  await checkManyCalls(call, numbers, trial);
}

type Arguments = [Deno.NetAddr, Uint8Array, CallOptions];

const ENDLESS = {
  problem: "call() sends its question more than `attempts` times.",
  likely: "Send the question `attempts` times in all, wait once more, and " +
    "throw. If you retry forever, your caller never learns that the server " +
    "is gone.",
  read: AGAIN,
};

/** Makes a case: a call whose last attempt is answered, after some decoys. */
function calls(
  step: string,
  request: string | Uint8Array,
  {
    data = "the answer",
    decoys = [],
    options = PATIENT,
    attempts = 1,
    likely,
    read = LATE,
  }: {
    data?: string | Uint8Array;
    decoys?: Arriving[];
    options?: CallOptions;
    /** The number of attempts that it takes. */
    attempts?: number;
    likely: DatagramCase["likely"];
    read?: string;
  },
): DatagramCase {
  const answer = decoy((number) => datagram(number, data));
  const sends = { message: datagram(0, request), to: SERVER };
  return {
    step,
    args: [SERVER, toBytes(request), options],
    sends: Array(attempts).fill(sends),
    arrives: [...decoys, answer]
      .map((one) => ({ ...one, afterSends: attempts })),
    returns: toBytes(data),
    likely,
    read,
  };
}

/** Makes a case in which only the third attempt is answered. */
function answersThird(timeoutMs: number, slower?: DatagramCase): DatagramCase {
  const one = calls(
    "call, ignore two attempts, and answer the third",
    "lost?",
    {
      decoys: [decoy((number) => number.slice(0, 1), STRANGER)],
      options: { timeoutMs, attempts: 3 },
      attempts: 3,
      likely: "No answer came, so send the question again after `timeoutMs`.",
      read: AGAIN,
    },
  );
  return { ...one, slower };
}

/** Makes a datagram from the number of the question. */
function decoy(
  make: (number: Uint8Array) => Uint8Array,
  from = SERVER,
): Arriving {
  return { message: (question) => make(question.slice(0, 4)), from };
}

/** Changes one byte of a number. */
function changed(number: Uint8Array, at: number): Uint8Array {
  return number.map((byte, i) => i === at ? byte ^ 1 : byte);
}

/** Explains a mistake that means the same in every case. */
function explain(
  { then, value, error, sent }: DatagramResult,
  { args, arrives = [], sends = [], returns, throws, likely, read }:
    DatagramCase,
  socket: FakeSocket,
  trial: Trial,
): Partial<Advice> | undefined {
  const [, request, { timeoutMs, attempts }] = args as Arguments;
  for (const { message } of sent) {
    const wrong = formatProblem(message, request);
    if (wrong !== undefined) return wrong;
  }
  if (sent.some(({ addr }) => differenceAt(addr, SERVER) !== undefined)) {
    return { likely: "Send each attempt to `server`." };
  }
  const changedAt = sent.find(({ message }) =>
    differenceAt(message.subarray(4), request) !== undefined
  );
  if (changedAt !== undefined) {
    return {
      likely:
        "After the 4 bytes of the number comes `request`, unchanged: copy " +
        "it with set(request, 4), and set the number in the bytes before it.",
      read: FORMAT,
    };
  }
  const isEmpty = returns instanceof Uint8Array && returns.length === 0;
  if (sent.length > sends.length && !isEmpty) {
    return {
      problem: `call() sent the question ${sent.length} times instead of ` +
        `${counted(sends.length, "time")}.`,
      likely: sent.length === attempts + 1
        ? "`attempts` includes the first attempt; it isn't the number of " +
          "retries."
        : arrives.length > 1
        ? "A datagram that isn't the answer is no reason to ask again: the " +
          "answer may be on its way. Receive again, and send again only after " +
          "`timeoutMs`."
        : "Send one attempt, and wait `timeoutMs` before you send the next: " +
          `here, that's ${timeoutMs} ms.`,
      read: AGAIN,
    };
  }
  const receives = socket.mostPendingReceives;
  if (throws === undefined && then !== "value" && receives > 1) {
    return {
      problem: `${receives} receives are pending on the socket.`,
      likely: "An earlier receive took the answer, and your code no longer " +
        "looks at its result. You can't cancel a receive: start one, and keep " +
        "it for all attempts.",
      read: RECEIVE,
    };
  }
  if (then === "waiting" && throws === undefined && returns !== undefined) {
    if (socket.mostPendingReceives === 0) {
      return {
        likely: "You haven't called receive() yet. Start it with the first " +
          "attempt, and wait for the answer and the timer at the same time, " +
          "with Promise.race().",
        read: RECEIVE,
      };
    }
    if (isEmpty || arrives.length > 1) return undefined;
    return {
      likely: "The answer came from the server, with the right number. Check " +
        "how you compare: the number in the byte order in which you wrote it, " +
        "and hostname and port, not the address objects or their JSON, whose " +
        "properties can have another order.",
      read: LATE,
    };
  }
  if (error instanceof Deno.errors.TimedOut && throws === undefined) {
    if (sent.length < attempts && sent.length < sends.length) {
      return {
        problem: `call() sent the question ${counted(sent.length, "time")} ` +
          `instead of ${attempts} times.`,
        likely:
          "Send it again, with the same number, each time `timeoutMs` is " +
          "over. `attempts` counts all of them, the first one, too.",
        read: AGAIN,
      };
    }
    return {
      problem: `call() gave up early: it had ${
        counted(attempts, "attempt")
      } of ${timeoutMs} ms.`,
      likely: arrives.length > 1 && attempts > 1
        ? "A datagram that isn't the answer isn't a timeout, and must not use " +
          "up an attempt. Only the timer does."
        : likely as string,
      read: AGAIN,
    };
  }
  if (error !== undefined && throws === undefined) {
    if (error instanceof RangeError && arrives.length > 1) return undefined;
    trial.failThrown("call()", error);
  }
  if (value instanceof Uint8Array && returns instanceof Uint8Array) {
    const question = sent.at(-1)!.message;
    const fooled = arrives.slice(0, -1).find(({ message }) => {
      const bytes = (message as (sent: Uint8Array) => Uint8Array)(question);
      return differenceAt(value, bytes.subarray(4)) === undefined;
    });
    if (fooled !== undefined && value.length > 0) {
      return {
        problem: fooled.from === SERVER
          ? "call() returned an answer with a different number."
          : `call() returned data from ${
            formatAddress(fooled.from)
          }, but the ` +
            `server is ${formatAddress(SERVER)}.`,
        likely: likely as string,
        read,
      };
    }
    const extra = value.length - returns.length;
    const end = returns.subarray(-value.length);
    if (extra < 0 && extra >= -4 && differenceAt(value, end) === undefined) {
      return {
        likely:
          "The first bytes are missing. The number takes 4 bytes, so the " +
          "data starts at byte 4: return message.subarray(4).",
        read: FORMAT,
      };
    }
    if (extra <= 0) return undefined;
    return {
      likely: extra === 4
        ? "Return the data without the number: the bytes after the first 4."
        : "message.buffer is the whole buffer that Deno received into, and the " +
          "message is only its beginning. Use message.subarray(4).",
      read: FORMAT,
    };
  }
}

/** Explains what's wrong with the format of a question. */
function formatProblem(
  question: Uint8Array,
  request: Uint8Array,
): Partial<Advice> | undefined {
  const { length } = question;
  if (length === 4 + request.length) return undefined;
  return {
    problem: `The question has ${counted(length, "byte")} instead of ` +
      `${4 + request.length}: 4 for the number, and ${request.length} for ` +
      "the request.",
    likely: length === request.length
      ? "There's no number in front. Make an array that's 4 bytes longer " +
        "than the request, write the number with DataView's " +
        "setUint32(0, number), and copy the request with set(request, 4)."
      : "Every number takes 4 bytes, even a small one: use DataView's " +
        "setUint32(0, number). The request follows unchanged.",
    read: FORMAT,
  };
}

/** Makes two calls, one after the other, on a real socket. */
async function checkRealSockets(call: Call, trial: Trial): Promise<void> {
  trial.step("call twice on a real socket, with a server on 127.0.0.1");
  const server = trial.use(bindUdp());
  const socket = trial.use(
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
  );
  for (const text of ["one", "two"]) {
    const calling = trial.start(
      "call",
      () => call(socket, written(server.addr), toBytes(text), PATIENT),
    );
    const { bytes, from } = await trial.waitFor(server.receive(), {
      waitingFor: "the question to reach the server",
      likely: "Send it from `socket`, and to `server`.",
    });
    await server.send(datagram(bytes, text.toUpperCase()), from);
    const data = await trial.waitFor(calling, {
      waitingFor: "call() to return the answer",
      likely: "receive() returns the message and its sender's address.",
    });
    trial.equal(data, toBytes(text.toUpperCase()), {
      likely: "Return the data after the number.",
    });
  }
}
