import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  CheckFailed,
  connectPair,
  exercise,
  FakeConn,
  FakeSocket,
  OwnSocket,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";

type Use = (socket: {
  conn: Deno.Conn;
  udp: Deno.DatagramConn;
}) => unknown;

// The code below forgets promises on purpose. They fail when the check closes what
// it handed out, sometimes before anything else has looked at them.
globalThis.addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Deno.errors.Interrupted) event.preventDefault();
});

/** What the check says of code that uses what the kit hands out. */
async function verdict(
  use: Use,
  open: (trial: Trial) => Promise<Deno.Conn> | Deno.Conn,
  bind: (trial: Trial) => Deno.DatagramConn,
): Promise<string> {
  const { message } = await assertRejects(
    () =>
      exercise<Use>({
        id: "0.1",
        title: "",
        solution: use,
        hints: [],
        read: "",
        async check(attempt, trial) {
          const conn = await open(trial);
          const udp = bind(trial);
          await trial.start("use", () => attempt({ conn, udp }));
          trial.fail({ problem: "Nothing was noticed.", likely: "" });
        },
      }).check(use),
    CheckFailed,
  );
  return message;
}

// deno-lint-ignore no-explicit-any -- These are what the compiler rejects.
type Any = any;
const addr = { transport: "udp", hostname: "127.0.0.1", port: 9 } as const;

const misuses: [name: string, use: Use, message: RegExp][] = [
  [
    "a string",
    ({ conn }) => conn.write("hello" as Any),
    /^You passed the string "hello" to conn\.write\(\), which takes bytes.*TextEncoder/s,
  ],
  [
    "a string whose error is caught",
    ({ conn }) =>
      (conn.write("hello" as Any) as Promise<number>).catch(() => 0),
    /the string "hello"/,
  ],
  [
    "a string to a stream",
    ({ conn }) => conn.writable.getWriter().write("hello" as Any),
    /passed the string "hello" to writer\.write\(\)/,
  ],
  [
    "a promise of bytes",
    ({ conn }) => conn.write(Promise.resolve(new Uint8Array()) as Any),
    /passed a Promise to [^ ]+, which takes bytes.*`await` it first/s,
  ],
  [
    "an array of numbers",
    ({ conn }) => conn.write([1, 2] as Any),
    /passed an Array to [^ ]+, which takes bytes/,
  ],
  [
    "a size instead of a buffer",
    ({ conn }) => conn.read(1024 as Any),
    /passed the number 1024 to [^ ]+, which takes a buffer.*new Uint8Array\(4096\)/s,
  ],
  [
    "no buffer",
    ({ conn }) => (conn.read as Any)(),
    /passed undefined to conn\.read\(\), which takes a buffer/,
  ],
  [
    "a count without await",
    ({ conn }) => {
      const buffer = new Uint8Array(10);
      const count = conn.read(buffer) as Any;
      return buffer.subarray(0, count);
    },
    /used the promise that conn\.read\(\) returned as if it were the result.*`await conn\.read/s,
  ],
  [
    "a sum without await",
    ({ conn }) => 1 + (conn.write(new Uint8Array(1)) as Any),
    /used the promise that conn\.write\(\) returned as if it were the result/,
  ],
  [
    "a loop without await",
    ({ conn }) => {
      while (conn.read(new Uint8Array(1)) as Any !== null);
    },
    /1000 calls of conn\.read\(\) were waiting at once/,
  ],
  [
    "an empty buffer in a loop",
    async ({ conn }) => {
      while (await conn.read(new Uint8Array()) !== null);
    },
    /empty buffer to conn\.read\(\) 100 times in a row/,
  ],
  [
    "a string in a datagram",
    ({ udp }) => udp.send("hello" as Any, addr),
    /passed the string "hello" to socket\.send\(\)/,
  ],
  [
    "a list without await",
    ({ udp }) => {
      const [message] = udp.receive() as Any;
      return message;
    },
    /used the promise that socket\.receive\(\) returned as if it were the result/,
  ],
  [
    "a size instead of a buffer for a datagram",
    ({ udp }) => udp.receive(1024 as Any),
    /passed the number 1024 to socket\.receive\(\), which takes a buffer/,
  ],
];

const kinds: [
  name: string,
  open: (trial: Trial) => Promise<Deno.Conn> | Deno.Conn,
  bind: (trial: Trial) => Deno.DatagramConn,
][] = [
  [
    "real sockets",
    async (trial) => (await connectPair(trial)).conn,
    (trial) => new OwnSocket(trial),
  ],
  [
    "fake ones",
    () => new FakeConn({ then: "silence" }),
    () => new FakeSocket(),
  ],
];

for (const [kind, open, bind] of kinds) {
  for (const [name, use, message] of misuses) {
    Deno.test({
      name: `a check says what is wrong with ${name}, on ${kind}`,
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        assertMatch(await verdict(use, open, bind), message);
      },
    });
  }
}

Deno.test("FakeConn can be read by a reader that brings its own buffer", async () => {
  const conn = new FakeConn({ incoming: "hello", readSize: [2, 0, 3] });
  const reader = conn.readable.getReader({ mode: "byob" });
  const texts: string[] = [];
  for (let done = false; !done;) {
    const result = await reader.read(new Uint8Array(4));
    texts.push(new TextDecoder().decode(result.value));
    done = result.done;
  }
  assertEquals(texts, ["he", "llo", ""]);
  assertEquals(conn.closed, true);
});
