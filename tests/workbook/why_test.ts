import { assert, assertEquals, assertMatch } from "@std/assert";
import { groups } from "../../lessons/symptoms.ts";
import { lessons } from "../../lessons/mod.ts";
import { CheckFailed } from "../../lib/workbook/kit/check_failed.ts";
import { reportOf } from "../../lib/workbook/checker/check_events.ts";
import { runCommand } from "../../lib/workbook/cli/run_command.ts";
import { callCommand } from "./call.ts";
import { useCopy } from "./workbook_copy.ts";

const copy = useCopy();

function why(args: string[], stdin?: string) {
  const piped = stdin === undefined
    ? {}
    : { stdin: new TextEncoder().encode(stdin) };
  return callCommand({ runCommand, lessons }, ["why", ...args], piped);
}

/** What is typed, and how the first line of the answer begins. */
const ASKED: [args: string[], first: string][] = [
  [["ECONNRESET"], "Connection reset by peer"],
  [["econnreset"], "Connection reset by peer"],
  [["WSAECONNRESET"], "Connection reset by peer"],
  [["ConnectionReset"], "Connection reset by peer"],
  [["104"], "Connection reset by peer"],
  [["10054"], "Connection reset by peer"],
  [["address already in use"], "Address already in use"],
  [["half", "a", "message"], "Half a message"],
  [["Half a message?"], "Half a message"],
  [["refused"], "Connection refused"],
];

for (const [args, first] of ASKED) {
  Deno.test(`why ${args.join(" ")} shows one symptom`, async () => {
    const { code, stdout, stderr } = await why(args);
    assertEquals([code, stderr, stdout.split("\n")[0]], [0, "", first]);
    assertMatch(stdout, /^Read: deno task read \d+, "/m);
  });
}

/** Errors as programs print them, and what they lead to. */
const PIPED: [text: string, first: string][] = [
  [
    "error: Uncaught (in promise) ConnectionRefused: Connection refused " +
    "(os error 111)\n    at async Object.connect (ext:deno_net/01_net.js:598:55)",
    "Connection refused",
  ],
  [
    "Error: listen EADDRINUSE: address already in use 127.0.0.1:8000\n" +
    "    at Server.setupListenHandle [as _listen2] (node:net:1817:16) {\n" +
    "  code: 'EADDRINUSE',\n  errno: -98,\n  syscall: 'listen'\n}",
    "Address already in use",
  ],
  [
    "Traceback (most recent call last):\n" +
    '  File "client.py", line 5, in <module>\n    s.sendall(b"hi")\n' +
    "BrokenPipeError: [Errno 32] Broken pipe",
    "Broken pipe",
  ],
  [
    "System.Net.Sockets.SocketException (10061): No connection could be made " +
    "because the target machine actively refused it.",
    "Connection refused",
  ],
  [
    "dial tcp 127.0.0.1:5432: connect: connection refused",
    "Connection refused",
  ],
  ["listen tcp :8080: bind: address already in use", "Address already in use"],
  [
    "curl: (60) SSL certificate problem: unable to get local issuer certificate",
    "The certificate's issuer isn't trusted",
  ],
];

for (const [text, first] of PIPED) {
  Deno.test(`why finds the symptom of a piped error: ${text.split("\n")[0]}`, async () => {
    const { code, stdout } = await why([], text);
    assertEquals([code, stdout.split("\n")[0]], [0, first]);
  });
}

Deno.test("why lists several candidates, each with the name that shows it", async () => {
  const { code, stdout } = await why(["udp"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^It could be one of these/);
  const names = [...stdout.matchAll(/^ {2}([\w-]+) {2}/gm)];
  assert(names.length > 1);
  for (const [, id] of names) {
    assertMatch((await why([id])).stdout, /^Read: /m);
  }
});

Deno.test("why lists all symptoms by group if it's asked for nothing", async () => {
  const { code, stdout, stderr } = await why([]);
  assertEquals([code, stderr], [0, ""]);
  for (const { name, symptoms } of groups) {
    assert(stdout.includes(name), name);
    for (const { id } of symptoms) assert(stdout.includes(id), id);
  }
});

Deno.test("why lists all symptoms for words that fit none, and says so", async () => {
  const { code, stdout, stderr } = await why(["xyzzy", "plugh"]);
  assertEquals(
    [code, stderr],
    [1, 'nothing matches "xyzzy plugh": try other words\n'],
  );
  assertEquals(stdout, (await why([])).stdout);
});

Deno.test("why --json gives the matches, best first", async () => {
  const { text, matches } = JSON.parse(
    (await why(["EPIPE", "--json"])).stdout,
  );
  assertEquals([text, matches[0].id], ["EPIPE", "broken-pipe"]);
  assertEquals(matches[0].lesson, "08_failures");
  assert(matches[0].score > (matches[1]?.score ?? 0));
  const none = JSON.parse((await why(["xyzzy", "--json"])).stdout);
  assertEquals(none, { text: "xyzzy", matches: [] });
  const all = JSON.parse((await why(["--json"])).stdout);
  assertEquals(all.groups.length, groups.length);
});

Deno.test("why works as its own process, with an error piped in", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: copy().args("why"),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("Error: read ECONNRESET\n"));
  await writer.close();
  const { code, stdout } = await child.output();
  assertEquals(code, 0);
  assertMatch(
    new TextDecoder().decode(stdout),
    /^Connection reset by peer\n/,
  );
});

Deno.test("a report names the command that explains a socket's error", () => {
  const failure = { problem: "Wrong.", likely: "Look.", read: "" };
  const cause = Object.assign(
    new Deno.errors.ConnectionReset("Connection reset by peer (os error 104)"),
    { code: "ECONNRESET" },
  );
  assertEquals(
    [
      reportOf(new CheckFailed(failure, [], { cause })).why,
      reportOf(new CheckFailed(failure, [])).why,
    ],
    ["deno task why ECONNRESET", undefined],
  );
});

Deno.test("a lesson that fails with a socket's error names the command that explains it", async () => {
  const file = copy().file("lesson.ts");
  const original = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    `import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
    import { lessons } from "../mod.ts";
    const lesson = () => Promise.reject(new Deno.errors.BrokenPipe("gone"));
    await runLesson({ lessons, url: import.meta.url, lesson });`,
  );
  try {
    const { code, stderr } = await copy().run("lesson", "3");
    assertEquals(code, 1);
    assertMatch(stderr, /^the lesson failed: BrokenPipe: gone\n/);
    assertMatch(stderr, /\nwhat causes it: deno task why BrokenPipe\n$/);
  } finally {
    await Deno.writeTextFile(file, original);
  }
});
