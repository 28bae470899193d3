import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";
import { Talk } from "../clients/programs.ts";

const ignore = Deno.build.os !== "linux";
const reason = ignore ? " (ignored: needs Linux)" : "";

/** How many processes were given this folder for their temporary files. */
function countProcesses(folder: string): number {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => {
    try {
      const environment = Deno.readTextFileSync(`/proc/${name}/environ`);
      return environment.includes(`TMPDIR=${folder}\0`);
    } catch {
      return false; // It isn't a process, or has just ended.
    }
  }).length;
}

for (const signal of ["SIGINT", "SIGQUIT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} ends a benchmark and its players${reason}`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "bench-" });
      const cli = join(ROOT, "lib", "workbook", "cli.ts");
      const command = [
        "run",
        "-qA",
        "--cached-only",
        ...stdArgs(),
        cli,
        "bench",
      ];
      await using bench = new Talk("env", [
        `TMPDIR=${folder}`,
        Deno.execPath(),
        ...command,
        "streams",
        "--json",
      ]);
      // Two of the command, and at least three players.
      for (let i = 0; i < 1000 && countProcesses(folder) < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      bench.kill(signal);
      await bench.end();
      // Players end when their input does.
      for (let i = 0; i < 100 && countProcesses(folder) > 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assertEquals(countProcesses(folder), 0);
      assertEquals([...Deno.readDirSync(folder)], []);
      await Deno.remove(folder);
    },
  });
}
