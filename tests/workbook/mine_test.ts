import { assertEquals, assertMatch } from "@std/assert";
import { askDns } from "../../lessons/21_dns_by_hand/client.ts";
import { DNS_TYPES } from "../../lib/wire/mod.ts";
import { Talk } from "../clients/programs.ts";
import { sampleOf } from "../sample.ts";
import { useCopy } from "./workbook_copy.ts";

const copy = useCopy({ whole: true });

/** A change to a solution that a client of the lesson's server can see. */
interface Visible {
  lesson: number;
  folder: string;
  /** The answers that the server uses. */
  names: string[];
  /** What of `solution.ts` is replaced, and by what. */
  change: [target: string, replacement: string];
  /** Talks with the server at a port, and gives what comes back. */
  talk(port: number): Promise<string>;
  /** What comes back with the change. */
  answer: RegExp;
}

async function overTcp(port: number, text: string): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(text));
  await conn.closeWrite();
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(1024);
  for (let n; (n = await conn.read(buffer)) !== null;) {
    chunks.push(buffer.slice(0, n));
  }
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).bytes());
}

async function overUdp(port: number, text: string): Promise<string> {
  const hostname = "127.0.0.1";
  using socket = Object.assign(
    Deno.listenDatagram({ transport: "udp", hostname, port: 0 }),
    {
      [Symbol.dispose](this: Deno.DatagramConn) {
        this.close();
      },
    },
  );
  await socket.send(new TextEncoder().encode(text), {
    transport: "udp",
    hostname,
    port,
  });
  const [message] = await socket.receive();
  return new TextDecoder().decode(message);
}

const VISIBLE: Visible[] = [
  {
    lesson: 3,
    folder: "03_echo",
    names: ["echo"],
    change: [
      "if (count === null) return;",
      "if (count === null) return;\n    buffer.fill(42, 0, 1);",
    ],
    talk: (port) => overTcp(port, "hello"),
    answer: /^\*ello$/,
  },
  {
    lesson: 5,
    folder: "05_framing",
    names: ["readLines"],
    change: [
      "return decoder.decode(bytes);",
      "return `my ${decoder.decode(bytes)}`;",
    ],
    talk: (port) => overTcp(port, "hello\n"),
    answer: /^MY HELLO /,
  },
  {
    lesson: 13,
    folder: "13_datagrams",
    names: ["sendMessage"],
    change: [
      "await socket.send(message, to);",
      "await socket.send(message.toReversed(), to);",
    ],
    talk: (port) => overUdp(port, "hello"),
    answer: /^olleh$/,
  },
  {
    lesson: 14,
    folder: "14_many_peers",
    names: ["RollCall"],
    change: ["`OK ${name}`", "`WELCOME ${name}`"],
    talk: (port) => overUdp(port, "HELLO ann"),
    answer: /^WELCOME ann\s*$/,
  },
  {
    lesson: 6,
    folder: "06_many_clients",
    names: ["serve"],
    change: [
      "await handler(conn);\n    } catch {\n      // Only",
      "await conn.write(Uint8Array.of(42));\n      await handler(conn);\n    } catch {\n      // Only",
    ],
    talk: (port) => overTcp(port, "hello"),
    answer: /^\*you are client 1/,
  },
  {
    lesson: 9,
    folder: "09_chat",
    names: ["ChatRoom"],
    change: [
      "if (other !== member) this.#send(other, line);",
      "this.#send(other, line);",
    ],
    talk: async (port) => {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      await conn.write(new TextEncoder().encode("hello\n"));
      const buffer = new Uint8Array(1024);
      const count = await conn.read(buffer);
      return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    },
    // Its own line comes back, without a name.
    answer: /^hello\n$/,
  },
  {
    lesson: 20,
    folder: "20_http_by_hand",
    names: ["RequestReader", "encodeResponse"],
    change: ["HTTP/1.1 ${", "HTTP/1.1  ${"],
    talk: (port) => overTcp(port, "GET /mine HTTP/1.1\r\nHost: x\r\n\r\n"),
    answer: /^HTTP\/1\.1 {2}200 [^]*GET \/mine\n/,
  },
  {
    lesson: 22,
    folder: "22_redis_by_hand",
    names: ["Store"],
    change: ['encode("+PONG', 'encode("+MINE'],
    talk: (port) => overTcp(port, "PING\r\n"),
    answer: /^\+MINE\r\n$/,
  },
  {
    lesson: 23,
    folder: "23_websocket_by_hand",
    names: ["acceptUpgrade", "FrameReader", "ServerSocket"],
    change: ['Allow: "GET"', 'Allow: "GET, MINE"'],
    talk: (port) => overTcp(port, "POST /chat HTTP/1.1\r\nHost: x\r\n\r\n"),
    answer: /^HTTP\/1\.1 405 [^]*\r\nAllow: GET, MINE\r\n/,
  },
];

for (
  const { lesson, folder, names, change, talk, answer } of sampleOf(VISIBLE)
) {
  Deno.test(`lesson ${lesson} --serve --mine uses the learner's ${names.join(" and ")}`, async () => {
    const file = (name: string) => copy().path("lessons", folder, name);
    const solution = await Deno.readTextFile(file("solution.ts"));
    assertEquals(solution.split(change[0]).length, 2, change[0]);
    await Deno.writeTextFile(file("exercise.ts"), solution.replace(...change));
    await using server = new Talk(
      Deno.execPath(),
      copy().args("lesson", `${lesson}`, "--serve", "--mine"),
    );
    for (const name of names) await server.expect(new RegExp(`${name}: yours`));
    const { output } = await server.expect(/waiting for/).then(({ input }) => ({
      output: input ?? "",
    }));
    const port = Number(output.match(/127\.0\.0\.1:(\d+)/)![1]);
    assertMatch(await talk(port), answer);
    server.kill("SIGINT");
    assertEquals((await server.end()).code, 0);
  });
}

/** Starts a server that uses a lesson's solution, with a change in it. */
async function serveChanged(
  lesson: number,
  folder: string,
  [target, replacement]: [target: string, replacement: string],
): Promise<Talk> {
  const file = (name: string) => copy().path("lessons", folder, name);
  const solution = await Deno.readTextFile(file("solution.ts"));
  assertEquals(solution.split(target).length, 2, target);
  const changed = solution.replace(target, replacement);
  await Deno.writeTextFile(file("exercise.ts"), changed);
  const args = copy().args("lesson", `${lesson}`, "--serve", "--mine");
  return new Talk(Deno.execPath(), args);
}

Deno.test({
  name: "lesson 18 --serve --mine listens with the learner's listenAt",
  ignore: Deno.build.os === "windows",
  async fn() {
    const LISTEN =
      'return Deno.listen({ transport: "unix", path });\n  } catch';
    await using server = await serveChanged(18, "18_unix_streams", [
      LISTEN,
      `console.log("mine listens"); ${LISTEN}`,
    ]);
    const [, path] = await server.expect(
      /listenAt: yours[^]*mine listens[^]*nc -U (\S+)[^]*waiting for/,
    );
    using conn = await Deno.connect({ transport: "unix", path });
    await conn.write(new TextEncoder().encode("hello\n"));
    await server.expect(/client 1: "hello/);
    server.kill("SIGINT");
    assertEquals((await server.end()).code, 0);
  },
});

Deno.test("lesson 21 --serve --mine reads each response with the learner's decodeMessage", async () => {
  await using server = await serveChanged(21, "21_dns_by_hand", [
    'bytes.subarray(at, end).join(".")',
    'bytes.subarray(at, end).join(" dot ")',
  ]);
  const [, port] = await server.expect(
    /decodeMessage: yours[^]*-p (\d+)[^]*waiting for/,
  );
  await askDns(Number(port), "host.example.test", DNS_TYPES.A);
  await server.expect(/your decodeMessage: .*\d+ dot \d+ dot \d+ dot \d+/);
  server.kill("SIGINT");
  assertEquals((await server.end()).code, 0);
});

Deno.test("lesson 3 --serve --mine says what the learner's echo() has read", async () => {
  const file = (name: string) => copy().path("lessons", "03_echo", name);
  await Deno.copyFile(file("solution.ts"), file("exercise.ts"));
  await using server = new Talk(
    Deno.execPath(),
    copy().args("lesson", "3", "--serve", "--mine"),
  );
  const [, port] = await server.expect(
    /tcp:\/\/127\.0\.0\.1:(\d+)[^]*echo: yours/,
  );
  assertEquals(await overTcp(Number(port), "hello\n"), "hello\n");
  await server.expect(/client 1: 6 bytes "hello\\n"/);
  server.kill("SIGINT");
  const { output } = await server.end();
  assertMatch(output, /ended: 1 client served, 6 bytes echoed/);
});

Deno.test("--mine names the answers that aren't started", async () => {
  const file = (name: string) => copy().path("lessons", "03_echo", name);
  await Deno.copyFile(file("placeholder.ts"), file("exercise.ts"));
  await using server = new Talk(
    Deno.execPath(),
    copy().args("lesson", "3", "--serve", "--mine"),
  );
  await server.expect(/echo: not started, so ours is used/);
  server.kill("SIGINT");
  assertEquals((await server.end()).code, 0);
});

Deno.test("--mine goes with --serve", async () => {
  const { code, stderr } = await copy().run("lesson", "3", "--mine");
  assertEquals([code, stderr], [2, "--mine goes with --serve: add --serve\n"]);
});
