import { assertEquals, assertMatch } from "@std/assert";
import { isInstalled, Talk, terminalArgs } from "../clients/programs.ts";
import { useCopy } from "./workbook_copy.ts";

const copy = useCopy();
const script = Deno.build.os === "linux" && isInstalled("script");
const why = script ? "" : " (ignored: needs script(1) of Linux)";

Deno.test({
  name:
    `without the @std packages, and with a network that never answers, a command doesn't wait, and changes no file of the workbook${why}`,
  ignore: !script,
  async fn() {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = silent.addr as Deno.NetAddr;
    const proxy = `http://127.0.0.1:${port}`;
    const cache = await Deno.makeTempDir({ prefix: "no-deno-cache-" });
    const before = await contents(copy().root);
    const command = [Deno.execPath(), ...copy().args("next")];
    const env = ["NO_PROXY", "no_proxy"].flatMap((name) => ["-u", name]);
    await using terminal = new Talk(
      "script",
      terminalArgs([
        ...["env", ...env, `DENO_DIR=${cache}`],
        ...["HTTPS_PROXY", "https_proxy"].map((name) => `${name}=${proxy}`),
        ...command,
      ]),
    );
    // It asks for the packages in the background, and gets no answer.
    using _asked = await silent.accept();
    const { code, output } = await terminal.end();
    assertEquals(code, 0);
    assertMatch(output, /3\.1/);
    assertEquals(await contents(copy().root), before);
    await Deno.remove(cache, { recursive: true });
  },
});

/** Each file below a folder, with its text. */
async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    // What git ignores may change.
    if (name.startsWith(".")) continue;
    if (isDirectory) Object.assign(found, await contents(path));
    else found[path] = await Deno.readTextFile(path);
  }
  return found;
}
