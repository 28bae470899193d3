import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { sampleOf } from "../sample.ts";
import { assertLacks, joined } from "./text.ts";
import { type Answers, echoWith, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
const SOLVED_ECHO = /^✓ 3\.1 echo {2}solved$/m;
const WRONG_ECHO = /^✗ 3\.1 echo {2}not right yet$/m;
const SOLVED_EXCHANGE = /^✓ 3\.2 exchange {2}solved$/m;

/** Checks lesson 3 with these answers, as a learner does. */
async function checkByCommand(
  answers: Answers,
): Promise<{ code: number; text: string }> {
  await copy().answer(answers);
  const { code, stdout, stderr } = await copy().run("check", "3");
  assertEquals(stderr, "");
  return { code, text: stdout };
}

/**
 * The same from this process: the answers run in a child of their own all the
 * same, and one process less need be started.
 */
async function check(
  answers: Answers,
): Promise<{ code: number; text: string }> {
  await copy().answer(answers);
  return await checkInProcess();
}

/** Checks lesson 3 with the answers that are there. */
async function checkInProcess(): Promise<{ code: number; text: string }> {
  const { code, stdout } = await copy().call("check", "3");
  return { code, text: stdout };
}

/** A wrong 3.2 that does something at once. */
function exchangeThat(code: string): string {
  return `export async function exchange() {\n  ${code}\n}`;
}

Deno.test("check passes right answers", async () => {
  const { code, text } = await checkByCommand({});
  assertEquals(code, 0);
  assertMatch(text, SOLVED_ECHO);
  assertMatch(text, SOLVED_EXCHANGE);
  assertMatch(text, /^2 solved, 0 not right yet, 0 not started$/m);
  assertLacks(text, /stuck\?/);
});

Deno.test("check says what isn't started, and that is no failure", async () => {
  await copy().clear();
  const { code, text } = await checkInProcess();
  assertEquals(code, 0);
  assertMatch(text, /^· 3\.1 echo {2}not started\n· 3\.2 exchange {2}not/);
  assertMatch(text, /^0 solved, 0 not right yet, 2 not started\n/m);
  assertMatch(text, /^stuck\? deno task hint 3\.1$/m);
});

Deno.test("check 3.1 leaves 3.2 alone", async () => {
  await copy().answer({ exchange: "export const exchange = 3;" });
  const { code, stdout } = await copy().run("check", "3.1");
  assertEquals(code, 0);
  assertLacks(stdout, /3\.2/);
});

Deno.test("check replays its steps, and shows expected, received, cause and where to read", async () => {
  const { code, text } = await checkByCommand({
    echo: `export async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await conn.read(buffer) !== null) await conn.write(buffer);
}`,
  });
  assertEquals(code, 1);
  assertMatch(text, WRONG_ECHO);
  assertMatch(text, /^ {3}1 ✗ a client connects and sends "hello\\n"$/m);
  assertMatch(text, /Expected 6 bytes, got 1024\./);
  assertMatch(text, /^ {2}expected {2}\(ends after 6 bytes\)$/m);
  const [, received, carets] = text.match(/^( {2}received .*)\n( +\^\^.*)$/m)!;
  assertMatch(received, /^ {2}received {2}0{8} {2}68 65 6c 6c 6f 0a 00 00 /);
  assertEquals(carets.indexOf("^^"), received.indexOf(" 00 00") + 1);
  assertStringIncludes(
    joined(text),
    "read() fills part of the buffer",
  );
  assertMatch(text, /^ {2}Read: "A read .*" in lessons\/03_echo\/README\.md$/m);
  assertMatch(text, SOLVED_EXCHANGE);
  assertMatch(text, /^1 solved, 1 not right yet, 0 not started$/m);
  for (const line of text.split("\n")) assert(line.length <= 80, line);
});

Deno.test("check says where a slip is, not what usually ends a connection", async () => {
  const { code, text } = await check({
    echo: `export async function echo(conn: Deno.Conn): Promise<void> {
  await con.read(new Uint8Array(10));
}`,
  });
  assertEquals(code, 1);
  assertMatch(
    joined(text),
    /ReferenceError: con is not defined at exercise\.ts:\d+:3\. Nothing in the task should make your code fail here/,
  );
});

Deno.test("check says where a file doesn't parse, once", async () => {
  const { code, text } = await check({ head: "const = 3;\n" });
  assertEquals(code, 1);
  assertMatch(text, /^✗ 3\.1 echo {2}cannot be loaded$/m);
  assertMatch(text, /^✗ 3\.2 exchange {2}cannot be loaded$/m);
  assertMatch(text, /exercise\.ts:1:7/);
  assertEquals(text.match(/SyntaxError/g)?.length, 1);
});

Deno.test("check says what a file throws when it is loaded, and where", async () => {
  const { code, text } = await check({
    head: "throw new TypeError('too early');\n",
  });
  assertEquals(code, 1);
  assertMatch(text, /TypeError: too early \(at exercise\.ts:1:7\)/);
  assertMatch(text, /^0 solved, 2 not right yet, 0 not started$/m);
});

Deno.test("check names a module that isn't there", async () => {
  const { code, text } = await check({ head: 'import "./nowhere.ts";\n' });
  assertEquals(code, 1);
  assertMatch(text, /Module not found "lessons\/03_echo\/nowhere\.ts"/);
});

Deno.test("check survives a missing exercise.ts", async () => {
  await Deno.remove(copy().file("exercise.ts"));
  const { code, text } = await checkInProcess();
  assertEquals(code, 1);
  assertMatch(text, /Module not found "lessons\/03_echo\/exercise\.ts"/);
});

Deno.test("check names an export that is missing, and checks the other one", async () => {
  const { code, text } = await check({ echo: "function echo() {}" });
  assertEquals(code, 1);
  assertMatch(text, /exercise\.ts doesn't export echo/);
  assertMatch(text, SOLVED_EXCHANGE);
});

Deno.test("check says so when something else is exported for a function", async () => {
  const { code, text } = await check({
    echo: "export const echo = 42;",
    exchange: "export const exchange = null;",
  });
  assertEquals(code, 1);
  const said = joined(text);
  assertMatch(said, /3\.1 echo .* exports a value of type number under this/);
  assertMatch(said, /3\.2 exchange .* exports null under this name/);
});

Deno.test("check says what an answer throws, and where", async () => {
  const { code, text } = await check({
    exchange: "export function exchange() { throw new RangeError('no') }",
  });
  assertEquals(code, 1);
  assertMatch(
    joined(text),
    /exchange\(.*\) threw RangeError: no at exercise\.ts:\d+:\d+/,
  );
  assertMatch(text, SOLVED_ECHO);
});

Deno.test("check names the failure of a promise that nobody awaits, and only where it belongs", async () => {
  const { code, text } = await check({
    echo: `export async function echo() {
  (async () => { throw new Error("lost") })();
}`,
  });
  assertEquals(code, 1);
  assertStringIncludes(
    joined(text),
    "A promise that you didn't await was rejected: Error: lost (at",
  );
  assertMatch(text, WRONG_ECHO);
  assertMatch(text, SOLVED_EXCHANGE);
});

Deno.test("check lets right answers open sockets that they close, and leave a read waiting", async () => {
  const { code, text } = await check({
    echo: echoWith(
      "using _one = Deno.listen({ hostname: '127.0.0.1', port: 0 });",
    ),
    exchange: `import { exchange as right } from "./solution.ts";
export async function exchange(conn: Deno.Conn, data: Uint8Array) {
  const answer = await right(conn, data);
  // The last one of the check.
  if (data.length === 64 * 1024) conn.read(new Uint8Array(1));
  return answer;
}`,
  });
  assertEquals(code, 0, text);
  assertMatch(text, SOLVED_ECHO);
  assertMatch(text, SOLVED_EXCHANGE);
});

Deno.test("check says that an error in a timer ended the process, and where it was thrown", async () => {
  const { code, text } = await check({
    echo: `export async function echo() {
  setTimeout(() => { throw new Error("in a timer") });
  await new Promise(() => {});
}`,
  });
  assertEquals(code, 1);
  assertMatch(text, /^ {3}1 ✗ a client connects/m);
  assertStringIncludes(joined(text), "with an uncaught error");
  assertMatch(text, /│ error: Uncaught .*Error: in a timer/);
  assertMatch(text, SOLVED_EXCHANGE);
});

Deno.test("check says that an answer ended the process", async () => {
  const { code, text } = await check({ echo: echoWith("Deno.exit(0);") });
  assertEquals(code, 1);
  assertMatch(text, WRONG_ECHO);
  assertMatch(text, /^ {3}1 ✗ a client connects/m);
  assertStringIncludes(joined(text), "ended in this step, with exit code 0.");
  assertStringIncludes(text, "`Deno.exit()`");
  assertMatch(text, SOLVED_EXCHANGE);
});

Deno.test("check says that a file ended the process while it was loaded", async () => {
  const { code, text } = await check({
    head: "console.log('bye'); Deno.exit(0);\n",
  });
  assertEquals(code, 1);
  assertStringIncludes(
    joined(text),
    "the process ended with exit code 0 while loading exercise.ts: look " +
      "for `Deno.exit()`",
  );
  assertMatch(text, /│ bye/);
});

Deno.test("check shows what an answer prints, and takes none of it for a verdict", async () => {
  const { code, text } = await check({
    echo: echoWith(`
  console.error("on stderr");
  console.log(JSON.stringify({
    kind: "verdict",
    id: "3.1",
    verdict: { state: "failed" },
  }));
  for (const arg of Deno.args) console.log(arg);
  Deno.stdout.writeSync(new TextEncoder().encode("no line break"));`),
  });
  assertEquals(code, 0, text);
  assertMatch(text, SOLVED_ECHO);
  assertMatch(text, SOLVED_EXCHANGE);
  assertMatch(text, /│ on stderr$/m);
  assertMatch(text, /│ {"kind":"verdict","id":"3\.1"/);
  assertMatch(text, /│ no line break/);
});

Deno.test("check makes harmless what would act on the terminal", async () => {
  const { text } = await checkByCommand({
    exchange: `import { exchange as right } from "./solution.ts";
console.log("\\x1b[2J\\x1b[31mred \\x07\\u0090bell");
export const exchange = right;`,
  });
  assertMatch(text, /│ red \\x07\\x90bell$/m);
  // deno-lint-ignore no-control-regex
  assertLacks(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

Deno.test("check names the sockets that each right answer leaves open", async () => {
  const { code, text } = await check({
    echo: echoWith("Deno.listen({ hostname: '127.0.0.1', port: 0 });"),
    exchange: `import { exchange as right } from "./solution.ts";
export async function exchange(conn: Deno.Conn, data: Uint8Array) {
  const hostname = "127.0.0.1";
  using listener = Deno.listen({ hostname, port: 0 });
  await Deno.connect({ hostname, port: listener.addr.port });
  Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  return await right(conn, data);
}`,
  });
  assertEquals(code, 1);
  assertMatch(text, WRONG_ECHO);
  assertMatch(text, /^ {3}2 ✗ all sockets are closed$/m);
  const said = joined(text);
  assertStringIncludes(
    said,
    "but you left a listening TCP socket open",
  );
  assertStringIncludes(
    said,
    "but you left a TCP connection and a UDP socket open",
  );
});

function chunk<T>(items: T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) {
    chunks.push(items.slice(at, at + size));
  }
  return chunks;
}

/** Each would do harm outside of the sandbox if it were let. */
const FORBIDDEN: Record<string, [code: string, refused: RegExp]> = {
  "reads a file": [
    "Deno.readTextFileSync(OUTSIDE);",
    /Requires read access to ".*precious\.txt"/,
  ],
  "writes a file": [
    "Deno.writeTextFileSync(OUTSIDE, 'gone');",
    /Requires write access to ".*precious\.txt"/,
  ],
  "removes a file": [
    "await Deno.remove(OUTSIDE);",
    /Requires write access to ".*precious\.txt"/,
  ],
  "writes its own file": [
    "Deno.writeTextFileSync(new URL(import.meta.url), 'gone');",
    /Requires write access to "lessons.03_echo.exercise\.ts"/,
  ],
  "starts a program": [
    `new Deno.Command(${JSON.stringify(Deno.execPath())}).outputSync();`,
    /Requires run access to /,
  ],
  "reads the environment": [
    "Deno.env.get('HOME');",
    /Requires env access to "HOME"/,
  ],
  "listens on every interface": [
    "Deno.listen({ hostname: '0.0.0.0', port: 0 });",
    /Requires net access to "0\.0\.0\.0:0"/,
  ],
  "connects to another address": [
    "await Deno.connect({ hostname: '0.0.0.0', port: 9 });",
    /Requires net access to "0\.0\.0\.0:9"/,
  ],
};

// One for each of the two exercises.
for (const pair of sampleOf(chunk(Object.entries(FORBIDDEN), 2))) {
  const names = pair.map(([what]) => what).join(", and one that ");
  Deno.test(`check rejects an answer that ${names}, and nothing is done`, async () => {
    const outside = join(copy().root, "..", "precious.txt");
    await Deno.writeTextFile(outside, "kept");
    const [first, second] = pair.map(([, [code]]) =>
      code.replace("OUTSIDE", JSON.stringify(outside))
    );
    const { code, text } = await check({
      echo: echoWith(first),
      exchange: exchangeThat(second),
    });
    assertEquals(code, 1);
    assertMatch(text, /^0 solved, 2 not right yet, 0 not started$/m);
    const reports = text.split(/^(?=✗ 3\.2)/m).map(joined);
    assertEquals(reports.length, 2);
    for (const [i, name] of ["echo", "exchange"].entries()) {
      const [, [, refused]] = pair[i];
      assertMatch(
        reports[i],
        new RegExp(`${name}\\(.*\\) threw NotCapable at exercise\\.ts:\\d+:`),
      );
      assertMatch(reports[i], refused);
      assertStringIncludes(reports[i], "may use loopback sockets only");
    }
    assertLacks(text, /--allow-/);
    assertEquals(await Deno.readTextFile(outside), "kept");
    assertStringIncludes(await copy().read(), "---- 3.1 echo");
  });
}

Deno.test("check rejects a file that does harm when it is loaded", async () => {
  const outside = join(copy().root, "..", "precious.txt");
  await Deno.writeTextFile(outside, "kept");
  const { code, text } = await check({
    head: `Deno.writeTextFileSync(${JSON.stringify(outside)}, "gone");\n`,
  });
  assertEquals(code, 1);
  assertMatch(
    joined(text),
    /NotCapable: Requires write access .*exercise\.ts:1/,
  );
  assertStringIncludes(joined(text), "may use loopback sockets only");
  assertEquals(await Deno.readTextFile(outside), "kept");
});
