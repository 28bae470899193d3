import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { readToEnd } from "../../lib/net/mod.ts";
import { temporaryFolder } from "../../lib/workbook/checker/temporary_folder.ts";
import { isInstalled } from "../clients/programs.ts";
import { echoWith, type Outcome, runDeno, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
const linux = Deno.build.os === "linux";
const note = linux ? "" : " (ignored: only tried on Linux)";
const root = linux && Deno.uid() === 0;
const asUser = root && isInstalled("setpriv");
const userNote = asUser ? "" : " (ignored: needs root and setpriv)";

/** Runs a command of the copy in a shell, with something in front of it. */
async function inShell(
  before: string,
  command: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", before, "sh", Deno.execPath(), ...copy().args(...command)],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  return { code, stdout: out, stderr: err };
}

function assertOneLine({ code, stderr }: Outcome, line: RegExp): void {
  assert(code === 1 || code === 2, `exit status ${code}`);
  assertMatch(stderr, /^[^\n]+\n$/);
  assertMatch(stderr, line);
}

const BAD_FOLDERS: [what: string, name: string, line: RegExp][] = [
  ["is missing", "missing", /^TMPDIR is \S+, which doesn't exist: set it to /],
  ["is a file", "file", /^TMPDIR is \S+, where no folder can be created: set/],
  [
    "has a comma",
    "a,b",
    /^TMPDIR is \S+, whose name has a comma, and Deno can't give /,
  ],
];
for (const [what, name, line] of BAD_FOLDERS) {
  Deno.test(`one line names a TMPDIR that ${what}${note}`, {
    ignore: !linux,
  }, async () => {
    await copy().answer();
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(join(folder.path, "file"), "");
    await Deno.mkdir(join(folder.path, "a,b"));
    const TMPDIR = join(folder.path, name);
    for (const command of [["check", "3.1"], ["lesson", "3"]]) {
      assertOneLine(await inShell('exec "$@"', command, { TMPDIR }), line);
    }
  });
}

Deno.test(
  `one line names a TMPDIR that isn't writable${userNote}`,
  { ignore: !asUser },
  async () => {
    await copy().answer();
    await letOthersRead();
    for (const command of [["check", "3.1"], ["lesson", "3"]]) {
      assertOneLine(
        await asNobody(command, { TMPDIR: copy().root }),
        /^TMPDIR is \S+, where no folder can be created: set it to /,
      );
    }
  },
);

Deno.test(
  `a TMPDIR of 130 characters works by way of a shorter folder${note}`,
  {
    ignore: !linux,
  },
  async () => {
    await copy().answer();
    await using folder = await temporaryFolder();
    const TMPDIR = join(folder.path, "x".repeat(130));
    await Deno.mkdir(TMPDIR);
    const { code } = await inShell('exec "$@"', ["check", "3.1"], { TMPDIR });
    assertEquals([code, [...Deno.readDirSync(TMPDIR)]], [0, []]);
  },
);

Deno.test(`few file descriptors are named as the cause${note}`, {
  ignore: !linux,
}, async () => {
  await copy().answer();
  const { stdout, stderr } = await inShell('ulimit -n 26; exec "$@"', [
    "check",
    "3",
  ]);
  assertMatch(stdout + stderr, /too many open files/);
  assertMatch(stdout + stderr, /`ulimit -n 1024`/);
});

Deno.test(`a lesson that fails names few file descriptors as a cause${note}`, {
  ignore: !linux,
}, async () => {
  const file = copy().file("lesson.ts");
  const text = await Deno.readTextFile(file);
  const many = 'while (true) Deno.listen({ hostname: "127.0.0.1", port: 0 });';
  await Deno.writeTextFile(file, `${text}\n${many}\n`);
  try {
    const few = await inShell('ulimit -n 40; exec "$@"', ["lesson", "3"]);
    assertEquals(few.code, 1);
    assertMatch(few.stderr, /allows only 40 open files.*`ulimit -n 1024`/);
  } finally {
    await Deno.writeTextFile(file, text);
  }
});

Deno.test(`standard output that is full is one line on standard error${note}`, {
  ignore: !linux,
}, async () => {
  await copy().answer();
  const capture = join(import.meta.dirname!, "..", "captures", "echo.pcap");
  const commands = [
    ...["lesson", "lesson 3", "lesson 3 --json", "lesson 3 --serve"],
    ...["read 3", "check 3.1", "try 3", "hint 3.1", "solution 3.1 --yes"],
    ...["next", "why", "watch", `packets ${capture}`],
  ];
  for (const command of commands) {
    assertOneLine(
      await inShell('exec "$@" >/dev/full', command.split(" ")),
      /the disk is full/,
    );
  }
});

Deno.test(`standard output that is closed is no error${note}`, {
  ignore: !linux,
}, async () => {
  await copy().answer();
  for (const command of [["check", "3.1"], ["hint", "3.1"], ["lesson", "3"]]) {
    const { stderr } = await inShell('"$@" | head -c 1 >/dev/null', command);
    assertEquals(stderr, "");
  }
});

Deno.test("an exercise.ts that is a folder is one line, in every command that needs it", async () => {
  const file = copy().file("exercise.ts");
  await Deno.remove(file);
  await Deno.mkdir(file);
  try {
    const { stdout } = await copy().call("check", "3.1");
    assertMatch(stdout, /✗ 3\.1 echo {2}cannot be loaded/);
    assertOneLine(
      await copy().call("reset", "3"),
      /^lessons\/03_echo\/exercise\.ts: it's a folder, not a file$/m,
    );
    assertEquals((await copy().call("hint", "3.1")).code, 0);
  } finally {
    await Deno.remove(file);
    await copy().clear();
  }
});

Deno.test("watch keeps going while exercise.ts is a folder, missing, or unreadable", async () => {
  await copy().clear();
  const file = copy().file("exercise.ts");
  await using watching = copy().start("watch");
  await watching.expect(/Save an exercise\.ts to check it/);
  try {
    await Deno.remove(file);
    await Deno.mkdir(file);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await Deno.remove(file);
    await new Promise((resolve) => setTimeout(resolve, 300));
  } finally {
    await copy().answer();
  }
  await watching.expect(/✓ 3\.1 echo {2}solved/);
});

/** Lets other users read the copy, which is in folders of ours alone. */
async function letOthersRead(): Promise<void> {
  for (const folder of ["..", "../..", "../../.."]) {
    await Deno.chmod(join(copy().root, folder), 0o755);
  }
}

/** Runs a command as a user who may read the checkout and write nothing. */
function asNobody(
  command: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return inShell(
    'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"',
    command,
    { HOME: "/nonexistent", DENO_DIR: "/nonexistent/deno", ...env },
  );
}

Deno.test(
  `a read-only checkout is one line for reset, and no hindrance for a check${userNote}`,
  {
    ignore: !asUser,
  },
  async () => {
    await copy().answer();
    await letOthersRead();
    assertOneLine(
      await asNobody(["reset", "3"]),
      /^lessons\/03_echo\/exercise\.\S+bak: permission denied$/m,
    );
    assertEquals((await asNobody(["check", "3.1"])).code, 0);
    await Deno.chmod(copy().file("exercise.ts"), 0o600);
    const { stdout } = await asNobody(["check", "3.1"]);
    assertMatch(stdout, /✗ 3\.1 echo {2}cannot be loaded/);
    await Deno.chmod(copy().file("exercise.ts"), 0o644);
  },
);

/** Puts a file system of 64 KiB at a path, if this machine lets us. */
async function mount(path: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", "size=64k", "none", path];
  const mounting = new Deno.Command("mount", { args, stderr: "null" });
  return (await mounting.output()).success;
}

async function unmount(path: string): Promise<void> {
  await new Deno.Command("umount", { args: [path] }).output();
}

async function canMount(): Promise<boolean> {
  if (!root) return false;
  await using folder = await temporaryFolder();
  const mounted = await mount(folder.path);
  if (mounted) await unmount(folder.path);
  return mounted;
}

const mounts = await canMount();
const mountNote = mounts ? "" : " (ignored: needs the right to mount)";

Deno.test(
  `a full disk is one line for reset, and leaves the answer whole${mountNote}`,
  {
    ignore: !mounts,
  },
  async () => {
    await using folder = await temporaryFolder();
    const disk = join(folder.path, "disk");
    await Deno.mkdir(disk);
    assert(await mount(disk));
    try {
      const file = copy().file("exercise.ts");
      const answer = "// mine\n".repeat(1000);
      await Deno.writeTextFile(join(disk, "exercise.ts"), answer);
      await Deno.writeFile(
        join(disk, "rest"),
        new Uint8Array(64 * 1024),
      ).catch(() => {});
      await Deno.remove(file);
      await Deno.symlink(join(disk, "exercise.ts"), file);
      assertOneLine(await copy().call("reset", "3"), /: the disk is full$/m);
      assertEquals(await Deno.readTextFile(file), answer);
      assertEquals(
        [...Deno.readDirSync(disk)].map(({ name }) => name).sort(),
        ["exercise.ts", "rest"],
      );
      await Deno.remove(file);
      await copy().clear();
    } finally {
      await unmount(disk);
    }
  },
);

Deno.test("a Deno that is too old is one line, in every command", async () => {
  const cli = copy().path("lib", "workbook", "cli.ts");
  const text = await Deno.readTextFile(cli);
  // The version is what this Deno says; another one says another.
  const old = text.replace(
    "const { deno } = Deno.version;",
    'const deno = "2.5.0";',
  );
  assert(old !== text);
  await Deno.writeTextFile(cli, old);
  try {
    const { code, stdout, stderr } = await runDeno(copy().args("lesson"));
    assertEquals(
      [code, stdout, stderr],
      [2, "", "needs Deno 2.9 or later; this is 2.5.0\n"],
    );
  } finally {
    await Deno.writeTextFile(cli, text);
  }
});

Deno.test(
  `a check ends, and its folder is swept by the next one, after kill -9 of the command${note}`,
  {
    ignore: !linux,
  },
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await copy().answer({
      echo: echoWith(`
  const port = ${listener.addr.port};
  const mine = await Deno.connect({ hostname: "127.0.0.1", port });
  await mine.write(new TextEncoder().encode(Deno.cwd()));
  await new Promise(() => {});`),
    });
    await using checking = copy().start("check", "3.1");
    using conn = await listener.accept();
    const buffer = new Uint8Array(4096);
    const folder = new TextDecoder().decode(
      buffer.subarray(0, await conn.read(buffer) ?? 0),
    );
    checking.kill("SIGKILL");
    // It ends with its connection, because its parent is gone.
    await readToEnd(conn).catch(() => {});
    await copy().answer();
    await copy().run("check", "3.1");
    const left = await Deno.stat(folder).then(() => true, () => false);
    assertEquals(left, false);
  },
);
