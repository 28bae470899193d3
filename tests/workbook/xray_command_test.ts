import { fileURLToPath } from "node:url";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { decodeRecording } from "../../lib/xray/mod.ts";
import { listenTcp, readExact, writeAll } from "../../lib/net/mod.ts";
import { runCommand } from "../../lib/workbook/cli/run_command.ts";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { Talk } from "../clients/programs.ts";
import { assertGone, testLooking } from "../lib/xray_fixture.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";
import { lessons } from "../../lessons/mod.ts";
import { ALL } from "../sample.ts";
import { callCommand } from "./call.ts";
import { assertLacks } from "./text.ts";
import { runDeno, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
// deno-lint-ignore no-control-regex
const ESCAPE = /\x1b/;

/** A folder that is the only one in which programs are found. */
async function folderOf(
  ...programs: string[]
): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "socket-workbook-test-" });
  for (const program of programs) {
    const { stdout } = await new Deno.Command("which", { args: [program] })
      .output();
    const original = new TextDecoder().decode(stdout).trim();
    await Deno.symlink(original, `${path}/${program}`);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Gives a file of lesson 3 another text, or none, until the end of the block. */
async function changed(
  name: string,
  text: string | null,
): Promise<AsyncDisposable> {
  const path = copy().file(name);
  const before = await Deno.readTextFile(path);
  await (text === null ? Deno.remove(path) : Deno.writeTextFile(path, text));
  return { [Symbol.asyncDispose]: () => Deno.writeTextFile(path, before) };
}

testLooking(
  ["strace", "tcpdump"],
  "lesson 3 --xray draws three views in 80 columns, and what each step cost",
  async () => {
    const { code, stdout } = await copy().run("lesson", "3", "--xray");
    assertEquals(code, 0);
    assertLacks(stdout, ESCAPE);
    for (const line of stdout.split("\n")) assert([...line].length <= 80, line);
    assertMatch(stdout, /^Lesson 3\. Echo\n[^]*\n\nWhat the lesson did, the /);
    assertMatch(stdout, /\n +● the lesson {3}▸ system calls {3}⇢ packets\n/);
    assertMatch(stdout, /▸ listen\(\d+, backlog 511\) = 0\n/);
    assertMatch(stdout, /⇢ client → server SYN seq 0\n/);
    assertMatch(stdout, /● server → client: 5 bytes "hello"\n/);
    assertMatch(stdout, /\nWhat each step cost +calls +packets +bytes sent/);
    assertMatch(stdout, /\nWhat each close did, and in which step\n/);
  },
);

testLooking(
  ["strace"],
  "lesson 3 --calls draws two views, and needs no right to capture",
  async () => {
    await using folder = await folderOf("strace", "true", "mkfifo");
    const { code, stdout, stderr } = await runDeno(
      copy().args("lesson", "3", "--calls"),
      { env: { PATH: folder.path } },
    );
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\n +the lesson +│ system calls\n/);
    assertLacks(stdout, /packets/);
  },
);

testLooking(
  ["tcpdump"],
  "lesson 3 --packets knows its packets by the lesson's words where there is no strace",
  async () => {
    await using folder = await folderOf("tcpdump");
    const { code, stdout } = await runDeno(
      copy().args("lesson", "3", "--packets"),
      { env: { PATH: folder.path } },
    );
    assertEquals(code, 0);
    assertMatch(stdout, /\n +the lesson +│ packets\n/);
    assertMatch(stdout, /client → server SYN/);
    assertLacks(stdout, /calls/);
  },
);

testLooking(
  ["strace", "tcpdump"],
  "lesson 3 --xray --json gives one object a line, which can be read again",
  async () => {
    const { code, stdout } = await copy().run(
      "lesson",
      "3",
      "--xray",
      "--json",
    );
    assertEquals(code, 0);
    const { head, items } = decodeRecording(stdout);
    assertEquals([head.lesson, head.views], [3, ["call", "packet"]]);
    assertEquals(
      new Set(items.map(({ seen }) => seen)),
      new Set(["story", "call", "packet"]),
    );
    const raw = items.flatMap((item) =>
      item.seen === "packet" ? [item.packet.sequence!] : []
    );
    assert(raw.some((sequence) => sequence > 2 ** 16), "raw numbers are there");
    assert(stdout.length < 60_000, `${stdout.length} bytes`);
  },
);

testLooking(
  ["strace"],
  "--step shows one step, --all the calls that only ask, --delta the time in between",
  async () => {
    const look = (...args: string[]) =>
      copy().run("lesson", "3", "--calls", ...args);
    const { stdout } = await look("--step", "2");
    assertMatch(stdout, /\n2 {2}A buffer that is too small[^]*\n2 {2}A buffer/);
    assertLacks(stdout, /\n[13] {2}/);
    assertLacks(stdout, /│ getsockname/);
    assertMatch(
      stdout,
      /\n\d+ calls that only get or set something [^]*shown: --all shows/,
    );
    const all = await look("--step", "2", "--all", "--delta");
    assertMatch(all.stdout, / ms +\+0\.\d\d ms +│ getsockname\(\d+\)/);
    assertLacks(all.stdout, /--all/);
    const json = await look("--step", "2", "--json");
    const { items } = decodeRecording(json.stdout);
    assertEquals(new Set(items.map(({ step }) => step)), new Set([2]));
    const none = await look("--step", "9");
    assertEquals([none.code, none.stdout], [2, ""]);
    assertEquals(none.stderr, "no step 9: this lesson has steps 1 to 3\n");
  },
);

Deno.test("without the tools a recording is drawn, and says that it is one", async () => {
  await using folder = await folderOf();
  const env = { PATH: folder.path };
  const xray = (...args: string[]) =>
    runDeno(copy().args("lesson", "3", ...args), { env });
  const picture = await xray("--xray");
  assertEquals(picture.code, 0);
  assertMatch(picture.stderr, /^no system calls: .*; no packets: .*\n$/);
  assertMatch(
    picture.stdout,
    /^This is a recording, made on \w+ .* with Deno [\d.]+ on [\d-]+\.\n\nLesson 3/,
  );
  assertMatch(picture.stdout, /⇢ client → server SYN seq 0\n/);
  const calls = await xray("--calls");
  assertEquals(calls.code, 0);
  assertMatch(
    calls.stdout,
    /^This is a recording.*\n\nLesson 3[^]*system calls/,
  );
  assertLacks(calls.stdout, /SYN/);
  const json = await xray("--xray", "--json");
  assertEquals(json.code, 0);
  assertEquals(
    json.stdout,
    await Deno.readTextFile(copy().file("recording.jsonl")),
  );
});

Deno.test("without the tools and a recording, one line says what to do", async () => {
  await using _changed = await changed("recording.jsonl", null);
  await using folder = await folderOf();
  for (
    const [args, line] of [
      [["--calls"], /^no system calls: [^\n]+\n$/],
      [["--packets"], /^no packets: [^\n]+\n$/],
      [["--xray", "--json"], /^no system calls: [^\n]+; no packets: [^\n]+\n$/],
    ] as const
  ) {
    const { code, stdout, stderr } = await runDeno(
      copy().args("lesson", "3", ...args),
      { env: { PATH: folder.path } },
    );
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, line);
  }
});

for (
  const [args, line] of [
    [["lesson", "--xray"], /^which lesson\? for example deno task lesson 3\n$/],
    [["lesson", "3", "--json", "--brief"], /^--brief goes with --json and /],
    [["lesson", "3", "--calls=3"], /^--calls takes no value; usage: .*\n$/],
    [
      ["lesson", "3", "--all"],
      /^--all goes with --calls, --packets, or --xray\n$/,
    ],
    [["lesson", "3", "--step=2"], /^--step goes with --calls, --packets, or /],
    [
      ["lesson", "3", "--xray", "--step=0"],
      /^no step "?0"?: steps are 1, 2, 3/,
    ],
    [
      ["lesson", "3", "--xray", "--serve", "--step=1"],
      /^a server has no steps: /,
    ],
  ] as const
) {
  Deno.test(`a misuse gets one line: ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await callCommand(
      { runCommand, lessons },
      [...args],
    );
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, line);
  });
}

testLooking(
  ["strace"],
  "what the lesson refuses is said in one line, without a picture",
  async () => {
    const { code, stdout, stderr } = await copy().run(
      ...["lesson", "3", "--calls", "--port", "7000"],
    );
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^--port goes with --serve: add --serve\n$/);
  },
);

/** A command under way whose processes, and files, can be told from others. */
class Watched implements AsyncDisposable {
  readonly #mark = `SOCKET_WORKBOOK_TEST=${crypto.randomUUID()}`;
  readonly #folder = Deno.makeTempDirSync({ prefix: "socket-workbook-test-" });
  readonly talk: Talk;

  constructor(args: string[]) {
    const variables = [this.#mark, `TMPDIR=${this.#folder}`];
    this.talk = new Talk("env", [...variables, Deno.execPath(), ...args]);
  }

  /** The parent of the process that runs a program. */
  parentOf(program: string): number {
    const pid = this.#processes().find((pid) =>
      Deno.readTextFileSync(`/proc/${pid}/comm`).trim() === program
    );
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(status.match(/^PPid:\s+(\d+)$/m)![1]);
  }

  /** Waits until none of its processes is left, which may take them a moment. */
  async assertAllEnd(): Promise<void> {
    for (const pid of this.#processes()) await assertGone(pid);
  }

  /** Asserts that it has left no process and no file behind. */
  assertNothingLeft(): void {
    assertEquals([...Deno.readDirSync(this.#folder)], []);
    assertEquals(this.#processes(), []);
  }

  #processes(): number[] {
    const pids: number[] = [];
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      let environment = "";
      try {
        environment = Deno.readTextFileSync(`/proc/${name}/environ`);
      } catch {
        // It has just ended, or is somebody else's.
      }
      if (environment.includes(this.#mark)) pids.push(Number(name));
    }
    return pids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.talk[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  testLooking(
    ["strace", "tcpdump"],
    `lesson 3 --serve --xray shows what happens at once, and sums up at ${signal}`,
    async () => {
      await using watched = new Watched(
        copy().args("lesson", "3", "--serve", "--xray"),
      );
      const { talk } = watched;
      const [, port] = await talk.expect(/netcat +nc 127\.0\.0\.1 (\d+)/);
      {
        using client = await Deno.connect({
          hostname: "127.0.0.1",
          port: Number(port),
        });
        await writeAll(client, new TextEncoder().encode("hello\n"));
        await readExact(client, 6);
      }
      // It's shown while the server is up.
      await talk.expect(/⇢ :\d+ → :\d+ PSH,ACK seq 1 ack 1 6 bytes "hello/);
      await talk.expect(/▸ recvfrom\(\d+ → :\d+, room for 65536\) = 6 bytes/);
      await talk.expect(/● client 1 at .*: closed its write side/);
      // A terminal's Ctrl-C comes more than once.
      for (let i = 0; i < 3; i++) talk.kill(signal);
      const { code, output } = await talk.end();
      assertEquals(code, 0);
      assertMatch(output, /● ended: 1 client served, 6 bytes echoed\n/);
      assertMatch(output, /▸ close\(\d+\) = 0\n[^]*\nWhat it cost +calls/);
      assertMatch(output, /accepted socket +shutdown\(SHUT_WR\) sent FIN/);
      watched.assertNothingLeft();
    },
  );
}

testLooking(
  ["strace", "tcpdump"],
  "lesson 3 --serve --xray --json prints one object a line while it serves",
  async () => {
    await using watched = new Watched(
      copy().args("lesson", "3", "--serve", "--xray", "--json"),
    );
    const { talk } = watched;
    const [, port] = await talk.expect(/"value":"nc 127\.0\.0\.1 (\d+)"/);
    using client = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(port),
    });
    await writeAll(client, new TextEncoder().encode("hello\n"));
    await talk.expect(/"name":"sendto".*"moved":6/);
    talk.kill("SIGINT");
    const { code, output } = await talk.end();
    assertEquals(code, 0);
    const { head, items } = decodeRecording(output);
    assertEquals(head.views, ["call", "packet"]);
    const accepted = items.find((item) =>
      item.seen === "call" && item.call.made?.role === "accepted"
    );
    assert(accepted !== undefined);
    watched.assertNothingLeft();
  },
);

for (
  const { lesson, port, client, args, shown } of [
    {
      lesson: 20,
      port: /http:\/\/127\.0\.0\.1:(\d+)/,
      client: "curl",
      args: (port: string) => [`http://127.0.0.1:${port}/hello`],
      shown: [
        /⇢ :\d+ → :\d+ PSH,ACK seq 1 ack 1 \d+ bytes HTTP GET \/hello\n/,
        /▸ sendto\(\d+ → :\d+, \d+ bytes HTTP 200 OK\) = \d+\n/,
      ],
    },
    {
      lesson: 21,
      port: /dig @127\.0\.0\.1 -p (\d+)/,
      client: "dig",
      args: (port: string) => ["@127.0.0.1", "-p", port, "host.example.test"],
      shown: [
        /⇢ :\d+ → :\d+ UDP \d+ bytes DNS query 0x[\da-f]{4} A host\.example/,
        /▸ sendto\(\d+, \d+ bytes DNS response 0x[\da-f]{4} A host\.example/,
      ],
    },
    {
      lesson: 22,
      port: /redis-cli -p (\d+)/,
      client: "redis-cli",
      args: (port: string) => ["-p", port, "set", "k", "v"],
      shown: [
        /⇢ :\d+ → :\d+ PSH,ACK seq 1 ack 1 27 bytes RESP set k v\n/,
        /▸ sendto\(\d+ → :\d+, 5 bytes RESP OK\) = 5\n/,
      ],
    },
  ]
) {
  testLooking(
    ["strace", "tcpdump", client],
    `lesson ${lesson} --serve --xray shows what ${client} says, while it serves`,
    async () => {
      const cli = join(ROOT, "lib", "workbook", "cli.ts");
      const command = ["lesson", String(lesson), "--serve", "--xray"];
      await using talk = new Talk(Deno.execPath(), [
        ...["run", "-qA", "--cached-only", ...stdArgs(), cli, ...command],
      ]);
      const [, at] = await talk.expect(port);
      await new Deno.Command(client, { args: args(at) }).output();
      for (const pattern of shown) await talk.expect(pattern);
      talk.kill("SIGINT");
      assertEquals((await talk.end()).code, 0);
    },
  );
}

testLooking(
  ["strace", "tcpdump"],
  "when the workbook is killed, strace, tcpdump and the server end",
  async () => {
    await using watched = new Watched(
      copy().args("lesson", "3", "--serve", "--xray"),
    );
    await watched.talk.expect(/waiting for clients/);
    const looker = watched.parentOf("strace");
    assertEquals(watched.parentOf("tcpdump"), looker);
    Deno.kill(looker, "SIGKILL");
    await watched.talk.end();
    await watched.assertAllEnd();
  },
);

testLooking(
  ["strace", "tcpdump"],
  "a busy server is shown in bounded memory, and ends in time",
  async () => {
    const clients = ALL ? 8000 : 800;
    const started = performance.now();
    const { code, stdout, stderr } = await runDeno([
      "run",
      "-A",
      "--v8-flags=--max-old-space-size=64",
      ...stdArgs(),
      fileURLToPath(new URL("../lib/xray_flood.ts", import.meta.url)),
      `${clients}`,
    ]);
    assertEquals([code, stderr], [0, ""]);
    const { drawn, ms } = JSON.parse(stdout.trim().split("\n").at(-1)!);
    // All of them make 48,000 calls and 64,000 packets.
    const [calls, packets] = [6 * clients, 8 * clients];
    assertMatch(
      stdout,
      new RegExp(`${calls + 4} +${packets} +${calls} of ${calls}`),
    );
    assertStringIncludes(
      stdout,
      ` ${clients} accepted sockets  shutdown(SHUT_WR) sent FIN`,
    );
    assert(drawn < 5000, `${drawn} lines`);
    assert(ms < 120_000, `${ms} ms, of ${performance.now() - started}`);
  },
);

/** Lets lesson 3 do something else until the end of the block. */
function changedLesson(body: string): Promise<AsyncDisposable> {
  return changed(
    "lesson.ts",
    `import { connectTcp, listenTcp } from "../../lib/net/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { lessons } from "../mod.ts";
await runLesson({ lessons, url: import.meta.url,
  async lesson(show) {
    show.step("Something else");
    using listener = listenTcp();
    ${body}
  },
});
`,
  );
}

testLooking(
  ["strace", "tcpdump"],
  "Ctrl-C ends a lesson that waits for ever, and shows what it did",
  async () => {
    // It says nothing before its end; that it is under way, its call tells.
    using here = listenTcp();
    await using _changed = await changedLesson(
      `using _call = await connectTcp(${here.addr.port});
    await listener.accept();`,
    );
    await using watched = new Watched(copy().args("lesson", "3", "--xray"));
    using _call = await here.accept();
    watched.talk.kill("SIGINT");
    const { code, output } = await watched.talk.end();
    assertEquals(code, 130);
    assertMatch(output, /1 {2}Something else\n[^]*▸ listen\(/);
    watched.assertNothingLeft();
  },
);

testLooking(
  ["strace", "tcpdump"],
  "a lesson that fails shows what it did, then how it failed",
  async () => {
    await using _changed = await changedLesson(
      "throw new Error('on the way');",
    );
    const { code, stdout, stderr } = await copy().run("lesson", "3", "--xray");
    assertEquals(code, 1);
    assertMatch(stdout, /1 {2}Something else\n[^]*▸ listen\([^]*▸ close\(/);
    assertMatch(stderr, /^the lesson failed: Error: on the way\n/);
  },
);
