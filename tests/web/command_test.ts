import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";
import { useCopy } from "../workbook/workbook_copy.ts";
import { ApiTab } from "./api.ts";
import { until } from "./browser.ts";
import { isRegistryReachable, testWithPackages } from "./npm.ts";
import { startWeb } from "./start_web.ts";

const copy = useCopy();

Deno.test("no command but web loads an npm package", async () => {
  const graph = await moduleGraph("lib/workbook/cli.ts");
  assertEquals(graph.filter((specifier) => specifier.startsWith("npm:")), []);
  // The graph has the commands, and it would show npm packages if there were any.
  const commands = graph.filter((specifier) =>
    specifier.includes("/commands/")
  );
  assertEquals(commands.length > 10, true);
});

testWithPackages("web loads one copy of Preact", async () => {
  const web = await moduleGraph("lib/web/mod.ts");
  const preacts = web.flatMap((specifier) =>
    specifier.match(/^npm:\/?(preact@[^/]+)/)?.[1] ?? []
  );
  // Two copies of Preact wouldn't know of each other's components.
  assertEquals(new Set(preacts).size, 1);
});

async function moduleGraph(file: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...stdArgs(), file],
    cwd: ROOT,
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  return modules.map(({ specifier }: { specifier: string }) => specifier);
}

Deno.test("each npm package is named in one file of lib/web/deps, and pinned", async () => {
  const deps = join(ROOT, "lib", "web", "deps");
  const versions = new Map<string, string>();
  for await (const { name } of Deno.readDir(deps)) {
    if (!name.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(join(deps, name));
    for (const [, pack, version] of text.matchAll(/"npm:([^@"]+)@([^/"]+)/g)) {
      assertMatch(version, /^\d+\.\d+\.\d+$/, name);
      assertEquals(versions.get(pack) ?? version, version, pack);
      versions.set(pack, version);
    }
  }
  // The compiler of JSX names Preact, too.
  const config = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  assertEquals(
    config.compilerOptions.jsxImportSource,
    `npm:preact@${versions.get("preact")}`,
  );
  // `deno task` would fetch these before any command.
  const imports = Object.values<string>(config.imports);
  assertEquals(imports.filter((target) => target.startsWith("npm:")), []);
});

testWithPackages("web stops on Ctrl-C, and leaves nothing behind", async () => {
  await using started = await startWeb(copy());
  const { web, url } = started;
  // A page, so that the watcher of the answers runs, too.
  await (await fetch(url)).body?.cancel();
  web.kill("SIGINT");
  const { code, errors } = await web.end();
  assertEquals([code, errors], [0, ""]);
  const left = Array.from(
    Deno.readDirSync(copy().path("lessons")),
    ({ name }) => name,
  );
  assertEquals(left.filter((name) => name.startsWith(".")), []);
}, { ignore: Deno.build.os === "windows" });

testWithPackages("web ends a run and its lesson on Ctrl-C", async () => {
  await using started = await startWeb(copy());
  const { web, url } = started;
  await using page = await ApiTab.open(url);
  const { tab } = page;
  const status = await page.post("api/run", { tab, lesson: 3, xray: false });
  assertEquals(status, 200);
  await page.next("run");
  web.kill("SIGINT");
  assertEquals((await web.end()).code, 0);
  await until(async () => (await lessonsOf(copy().root)) === "");
}, { ignore: Deno.build.os === "windows" });

testWithPackages(
  "where nothing can be observed, a page gets the lesson's recording",
  async () => {
    // No program is found on this path: no strace, and no tcpdump.
    await using started = await startWeb(copy(), {
      PATH: copy().path("lessons"),
    });
    const { url } = started;
    await using page = await ApiTab.open(url);
    const { tab } = page;
    await page.post("api/run", { tab, lesson: 3, xray: true });
    const { source, note } = await page.next("run");
    assertEquals(source, "recording");
    assertMatch(
      note!,
      /^This is a recording, made on .* Here: no system calls/,
    );
    const { lines } = await page.next("items");
    assertEquals(lines.some((line) => line.includes('"sendto"')), true);
    assertEquals((await page.next("end")).code, 0);
  },
  { ignore: Deno.build.os === "windows" },
);

/** The processes that run a lesson of a workbook. */
async function lessonsOf(root: string): Promise<string> {
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-f", `${root}/lessons/.*lesson.ts`],
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("web says in one line that npm can't be reached", async () => {
  await using folder = await temporaryCache();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: copy().args("web", "--no-open"),
    env: {
      DENO_DIR: folder.path,
      // Nobody listens there.
      NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/",
      NO_COLOR: "1",
    },
    stdin: "null",
  }).output();
  assertEquals(code, 1);
  assertMatch(
    new TextDecoder().decode(stderr),
    /^can't reach the npm registry: .*\n$/,
  );
});

const isReachable = await isRegistryReachable();

testWithPackages(
  `web downloads its npm packages the first time, and goes on${
    isReachable ? "" : " (ignored: can't reach npm's registry)"
  }`,
  async () => {
    await using folder = await temporaryCache();
    await using started = await startWeb(copy(), { DENO_DIR: folder.path });
    const { url } = started;
    await started.web.expect(/^Downloading the browser edition's npm packages/);
    const page = await (await fetch(url)).text();
    assertMatch(page, /Socket Workbook/);
  },
  { ignore: !isReachable },
);

/** An empty cache for Deno. */
async function temporaryCache(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
