import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { CheckResult } from "../../lib/workbook/checker/checker.ts";
import { sampleOf } from "../sample.ts";
import { type Answers, echoWith, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
const windows = Deno.build.os === "windows";
const linux = Deno.build.os === "linux";

/** Checks 3.1, or what `ids` says, with these answers. */
async function check(
  answers: Answers,
  options: { ids?: string[]; silenceMs?: number } = {},
): Promise<CheckResult[]> {
  await copy().answer(answers);
  const { checkLesson } = await copy().import(
    "lib/workbook/checker/checker.ts",
  );
  const { lessons } = await copy().import("lessons/mod.ts");
  return await checkLesson(lessons[0], { ids: ["3.1"], ...options });
}

/** What is said of an answer that isn't right. */
function problemOf([{ verdict }]: CheckResult[]): string {
  if (verdict.state === "failed") return verdict.report.problem;
  return verdict.state === "broken" ? verdict.message : verdict.state;
}

Deno.test("an answer finds no store that outlives it, and no secret of its parent", async () => {
  const [{ verdict, printed }] = await check({
    head: `console.log(JSON.stringify([
  typeof caches, typeof localStorage, typeof sessionStorage,
  Deno.args, Deno.stdin.readSync(new Uint8Array(1)),
]));\n`,
  });
  assertEquals(verdict.state, "passed");
  assertEquals(
    printed,
    '["undefined","undefined","undefined",[],null]\n',
  );
});

Deno.test({
  name: "what a worker of an answer stores is gone with the answer's folder" +
    (windows ? " (ignored: a Deno folder of its own needs links)" : ""),
  ignore: windows,
  async fn() {
    const code = `const cache = await caches.open("harm");
await cache.put("http://127.0.0.1/", new Response("harm"));
postMessage("done");`;
    const [{ printed }] = await check({
      head: `const worker = new Worker(
  "data:application/javascript," + encodeURIComponent(${JSON.stringify(code)}),
  { type: "module" },
);
await new Promise((resolve) => worker.onmessage = resolve);
worker.terminate();
console.log(Deno.cwd());\n`,
    });
    const folder = printed.trim();
    assertMatch(folder, /sockets-/);
    // It stored all that in there, and the folder is gone.
    await Deno.stat(folder).then(
      () => Promise.reject(new Error(`${folder} is still there`)),
      () => {},
    );
  },
});

Deno.test("all that an answer can write to is the folder of its check", async () => {
  const places = [
    copy().root,
    copy().path("lessons", "03_echo"),
    join(copy().root, ".."),
    ...["/tmp", "/var/tmp", "/dev/shm", "/dev/full", "/proc/self/comm"],
    ...[Deno.env.get("HOME"), Deno.env.get("DENO_DIR"), Deno.execPath()],
  ].filter((place) => place !== undefined);
  const [{ printed, verdict }] = await check({
    head: `const found = [];
for (const place of [Deno.cwd(), ...${JSON.stringify(places)}]) {
  for (const file of [place, place + "/harm-by-a-test"]) {
    try {
      Deno.writeTextFileSync(file, "harm", { append: true });
      found.push(file.replace(Deno.cwd(), "its folder"));
    } catch {
      // As it should be.
    }
  }
}
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (/storage|cache|database|kv/i.test(name)) found.push(name);
}
console.log(JSON.stringify([found, typeof Deno.openKv]));\n`,
  });
  assertEquals(verdict.state, "passed");
  // The classes of what is gone are harmless.
  assertEquals(JSON.parse(printed), [
    ["its folder/harm-by-a-test", "CacheStorage", "Cache", "Storage"],
    "undefined",
  ]);
});

const WRITES: [what: string, code: string][] = [
  ["a file next to it", 'Deno.writeTextFileSync(FILE, "harm")'],
  ["a temporary file", "Deno.makeTempFileSync()"],
  ["a database", 'new (await import("node:sqlite")).DatabaseSync(FILE)'],
  ["a file by node:fs", '(await import("node:fs")).writeFileSync(FILE, "x")'],
  ["a link", 'Deno.symlinkSync("/", FILE)'],
  ["another address", 'await Deno.listen({ hostname: "0.0.0.0", port: 0 })'],
  ["a program", 'await new Deno.Command("true").output()'],
  ["a signal", "Deno.kill(Deno.ppid)"],
];
for (const [what, code] of sampleOf(WRITES)) {
  Deno.test(`an answer may not write or start ${what}`, async () => {
    const file = JSON.stringify(join(copy().root, "harm"));
    const results = await check({
      head: `const FILE = ${file};\n${code};\n`,
    });
    assertMatch(problemOf(results), /NotCapable/);
  });
}

const MEMORY = {
  "an array": "const all = []; while (true) all.push({ n: all.length });",
  "buffers": "const all = []; " +
    "while (true) all.push(new Uint8Array(2 ** 24).fill(1));",
};
for (const [what, code] of Object.entries(MEMORY)) {
  const ignore = what === "buffers" && !linux;
  Deno.test({
    name:
      `an answer that fills the memory with ${what} is ended, and told why` +
      (ignore ? " (ignored: only Linux tells a process's memory)" : ""),
    ignore,
    async fn() {
      // A full heap keeps a busy machine silent for a while.
      const results = await check({ echo: echoWith(code) }, {
        silenceMs: 25_000,
      });
      assertMatch(
        problemOf(results),
        /^Your code used more than 512 MiB of memory in this step, so it /,
      );
    },
  });
}

const LEFT_BEHIND = {
  "a timer that ends the process": "setTimeout(() => Deno.exit(3), 50);",
  "a timer that throws": "setTimeout(() => { throw new Error('late') }, 50);",
  "a connection that closes later": "setTimeout(() => conn.close(), 50);",
};
for (const [what, code] of Object.entries(LEFT_BEHIND)) {
  Deno.test(`what 3.1 leaves behind doesn't harm 3.2: ${what}`, async () => {
    const [, exchange] = await check({ echo: echoWith(code) }, {
      ids: ["3.1", "3.2"],
    });
    assertEquals(exchange.verdict.state, "passed");
  });
}

const FORGERIES: [name: string, head: string, problem: RegExp][] = [
  [
    "JSON.stringify",
    'JSON.stringify = () => \'{"kind":"verdict"}\';',
    /^Your code replaced JSON\.stringify, /,
  ],
  [
    "Uint8Array.prototype.subarray",
    "Object.getPrototypeOf(Uint8Array.prototype).subarray = () => 1;",
    /^Your code replaced Uint8Array\.prototype\.|^Your code replaced typed /,
  ],
  [
    "Promise.prototype.then",
    "const { then } = Promise.prototype; " +
    "Promise.prototype.then = function (...a) { return then.apply(this, a) };",
    /^Your code replaced Promise\.prototype\.then, /,
  ],
  [
    "setTimeout",
    "globalThis.setTimeout = (f) => { f(); return 1 };",
    /^Your code replaced setTimeout, /,
  ],
];
for (const [name, head, problem] of sampleOf(FORGERIES)) {
  Deno.test(`an answer that replaces ${name} is told so`, async () => {
    const answers = { head: `${head}\n`, echo: "export function echo() {}" };
    assertMatch(problemOf(await check(answers)), problem);
  });
}

Deno.test("an answer that replaces a built-in while it's checked is told so", async () => {
  const echo = echoWith("Array.prototype.map = () => [];");
  assertStringIncludes(
    problemOf(await check({ echo })),
    "Your code replaced Array.prototype.map, which",
  );
});

Deno.test("an answer that is the workbook's own solution is named as such", async () => {
  await copy().write('export { echo, exchange } from "./solution.ts";\n');
  const { stdout } = await copy().call("check", "3");
  assertMatch(stdout, /^✗ 3\.1 echo {2}not right yet$/m);
  assertMatch(stdout, /the workbook's own solution, imported from/);
});

Deno.test("lines that look like events are printed, and change nothing", async () => {
  const verdict = { kind: "verdict", verdict: { state: "passed" } };
  const line = `\u001f00000000-0000-4000-8000-000000000000 ${
    JSON.stringify(verdict)
  }`;
  const [result] = await check({
    head: `console.log(${JSON.stringify(line)});\n`,
    echo: "export function echo() { return Promise.reject(new Error('no')) }",
  });
  assertEquals(result.verdict.state, "failed");
});

Deno.test("a standstill of the workbook's own process is no silence of the answer", async () => {
  const results = check({}, { silenceMs: 1500 });
  // As at Ctrl-Z, but without stopping the tests.
  const pause = setTimeout(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
  }, 60);
  assertEquals(problemOf(await results), "passed");
  clearTimeout(pause);
});

Deno.test("a message of 5 MB is cut, and the verdict is right", async () => {
  const results = await check({
    echo: "export function echo() {\n" +
      "  throw new Error('x'.repeat(5_000_000));\n}",
  });
  const problem = problemOf(results);
  assertMatch(problem, /^echo\(\) threw Error: x+/);
  assertEquals(problem.length < 20_000, true);
});
