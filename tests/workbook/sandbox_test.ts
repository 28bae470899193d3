import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { sandboxArgs } from "../../lib/workbook/checker/sandbox.ts";
import { temporaryFolder } from "../../lib/workbook/checker/temporary_folder.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";
import { UsageError } from "../../lib/workbook/checker/usage_error.ts";
import { WorkbookCopy } from "./workbook_copy.ts";

Deno.test("sandboxArgs() allows loopback and the folder, and asks for nothing more", () => {
  const args = sandboxArgs("/w/lesson.ts", { folder: "/t" });
  assertEquals(args, [
    "run",
    "--quiet",
    "--no-prompt",
    "--cached-only",
    ...stdArgs(),
    "--allow-net=127.0.0.1,[::1],localhost",
    "--allow-read=/t",
    "--allow-write=/t",
    "/w/lesson.ts",
  ]);
});

Deno.test("sandboxArgs() names each Unix socket, and what else may be read", () => {
  const args = sandboxArgs("/w/lesson.ts", {
    folder: "/t",
    socketFiles: ["a.sock", "b.sock"],
    read: ["/w"],
  });
  assert(args.includes("--allow-read=/t,/w"));
  assert(args.some((arg) => arg.endsWith(",unix:/t/a.sock,unix:/t/b.sock")));
});

Deno.test("sandboxArgs() doesn't let a comma in a path grant another path", () => {
  for (
    const options of [
      { folder: "/t,/etc" },
      { folder: "/t", read: ["/w,/etc"] },
    ]
  ) {
    assertThrows(
      () => sandboxArgs("/w/lesson.ts", options),
      UsageError,
      ",/etc has a comma in its name",
    );
  }
});

Deno.test("temporaryFolder() is there in its block, and gone with all in it after", async () => {
  let path: string;
  {
    await using folder = await temporaryFolder();
    path = folder.path;
    await Deno.writeTextFile(`${path}/file`, "text");
    assertEquals(path, await Deno.realPath(path));
  }
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("the workbook works in a folder whose name has a space, a quote, a # and a %", async () => {
  const name = "Jane's 100% #1 wörk";
  await using copy = await WorkbookCopy.make({ name });
  await copy.answer();
  const [check, lesson, hint] = await Promise.all([
    copy.run("check", "3"),
    copy.run("lesson", "3"),
    copy.run("hint", "3.1"),
  ]);
  assertEquals([check.code, lesson.code, hint.code], [0, 0, 0]);
  assertMatch(check.stdout, /^2 solved, 0 not right yet, 0 not started$/m);
  await copy.answer({ head: "function {\n" });
  const { stdout } = await copy.run("check", "3");
  assertMatch(stdout, /lessons\/03_echo\/exercise\.ts:1:10/);
});

Deno.test("check says in one line that it can't work in a folder with a comma", async () => {
  await using copy = await WorkbookCopy.make({ name: "Doe, Jane" });
  await copy.answer();
  const { code, stdout, stderr } = await copy.run("check", "3.1");
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    /^the folder .*Doe, Jane\S* has a comma .* another folder\n$/,
  );
});
