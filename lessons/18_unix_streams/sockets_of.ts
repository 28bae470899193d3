/** What the system says that a process listens at. */

/** One line for the sockets that have a port, one for those at a path. */
export interface Sockets {
  ports: string;
  paths: string;
}

/**
 * Asks the program `ss` for the listening sockets of a process.
 *
 * @param pid The process.
 * @param shown What to name of them: ports and paths. Others of the process
 * are only counted.
 * @returns What it found, or one line that says why it could not.
 */
export async function socketsOf(
  pid: number,
  shown: (number | string)[],
): Promise<Sockets | string> {
  if (Deno.build.os !== "linux") {
    return `${Deno.build.os} has no ss, which would list both.`;
  }
  try {
    const ports = (await linesOf(["-Hltup"], pid)).map((line) =>
      line.split(/\s+/)[4]
    );
    const paths = (await linesOf(["-Hlxp"], pid)).map((line) =>
      line.split(/\s+/).slice(4).join(" ").replace(/ \d+ \* 0 users.*/, "")
    );
    return {
      ports: list(ports, (at) => shown.includes(Number(at.split(":").at(-1)))),
      paths: list(paths, (path) => shown.includes(path)),
    };
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "ss is not installed (package iproute2); it would list both."
      : `ss cannot be started (${
        (error as Error).name
      }); it would list both. ` +
        "`deno task lesson 18` gives the permission.";
  }
}

async function linesOf(args: string[], pid: number): Promise<string[]> {
  const { stdout } = await new Deno.Command("ss", {
    args,
    // An LD_… variable handed on would take the permission to start anything.
    clearEnv: true,
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(`pid=${pid},`));
}

function list(all: string[], isShown: (one: string) => boolean): string {
  const shown = all.filter(isShown);
  const others = all.length - shown.length;
  return [
    String(shown.length),
    ...shown,
    ...(others === 0 ? [] : [`(and ${others} of other lessons)`]),
  ].join("  ");
}
