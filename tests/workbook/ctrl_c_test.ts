import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { isInstalled, Talk } from "../clients/programs.ts";
import { sampleOf } from "../sample.ts";
import { answersText, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
const CAPTURE = new URL("../captures/echo.pcap", import.meta.url).pathname;

/** Every command that takes a while, or waits. */
const COMMANDS = [
  "lesson",
  "lesson 3",
  "lesson 3 --serve",
  "read 3",
  "check",
  "watch",
  "try 3",
  "hint 3.1",
  "solution 3.1",
  "reset 3.1",
  "next",
  "why",
  `packets ${CAPTURE}`,
];

const ANSWERS = answersText({ exchange: "export const exchange = 3;" });
const KEPT = ANSWERS.slice(ANSWERS.indexOf("// ---- 3.2"));

/** When to type Ctrl-C: after so many milliseconds, or at the first output. */
const MOMENTS = [0, 150, "output"] as const;

const ignore = Deno.build.os !== "linux" || !isInstalled("script");
const reason = ignore ? " (ignored: needs Linux and script)" : "";

/** The processes that were given this folder for their temporary files. */
function processesWith(folder: string): string[] {
  return [...Deno.readDirSync("/proc")]
    .map(({ name }) => name)
    .filter((name) => {
      try {
        const environment = Deno.readTextFileSync(`/proc/${name}/environ`);
        return environment.includes(`TMPDIR=${folder}\0`);
      } catch {
        return false; // It isn't a process, or has just ended.
      }
    });
}

for (const command of sampleOf(COMMANDS)) {
  Deno.test({
    name:
      `Ctrl-C during \`${command}\` leaves the terminal, the answers, and the machine as they were${reason}`,
    ignore,
    async fn() {
      await copy().answer({ exchange: "export const exchange = 3;" });
      for (const moment of MOMENTS) {
        const folder = await Deno.makeTempDir({ prefix: "ctrl-c-" });
        const states = await Deno.makeTempDir({ prefix: "ctrl-c-" });
        const args = copy().args(...command.split(" "));
        const line = [Deno.execPath(), ...args].map((arg) => `'${arg}'`);
        // The shell catches Ctrl-C, and starts the command with it as usual. What
        // it says goes to files: Ctrl-C throws away what a terminal hasn't shown.
        const shell = `trap : INT; stty -g > ${states}/before; echo begins;
          TMPDIR='${folder}' ${line.join(" ")};
          trap '' INT; stty -g > ${states}/after`;
        await using terminal = new Talk("script", ["-qc", shell, "/dev/null"]);
        await terminal.expect(/^begins/);
        if (moment === "output") await terminal.expect(/^[^\n]+\n[^]*\S/);
        else await new Promise((resolve) => setTimeout(resolve, moment));
        // A Ctrl-C before the command has started ends nothing, so it's typed
        // again. A pager doesn't end at Ctrl-C, and mustn't: it ends at q.
        const press = (key: string) => terminal.type(key).catch(() => {}); // It may have just ended.
        await press("\x03");
        const key = command === "read 3" ? "q" : "\x03";
        const typing = setInterval(press, 500, key);
        const { output } = await terminal.end();
        clearInterval(typing);
        const [before, after] = ["before", "after"].map((name) =>
          Deno.readTextFileSync(join(states, name))
        );
        assertEquals(after, before, output);
        assertEquals(processesWith(folder), []);
        assertEquals([...Deno.readDirSync(folder)], [], `${moment}: ${output}`);
        const file = await copy().read();
        // reset may have done what it is for; it keeps what isn't its own.
        const whole = command === "reset 3.1" ? file.slice(-KEPT.length) : file;
        assertEquals(whole, command === "reset 3.1" ? KEPT : ANSWERS);
        for (const path of [folder, states]) {
          await Deno.remove(path, { recursive: true });
        }
      }
    },
  });
}
