/** The listening sockets of a process, as the system lists them. */

/** The listening sockets of a process. */
export interface Sockets {
  /** One line about those that have a port. */
  ports: string;
  /** One line about those that have a path. */
  paths: string;
}

/**
 * Asks the program `ss` for the listening sockets of a process.
 *
 * @param pid The ID of the process.
 * @param shown The ports and paths to name. Other sockets of the process are
 * only counted.
 * @returns The sockets, or one line that says why `ss` can't list them.
 */
export async function socketsOf(
  pid: number,
  shown: (number | string)[],
): Promise<Sockets | string> {
  if (Deno.build.os !== "linux") {
    return `${Deno.build.os} has no ss, which lists both sockets on Linux.`;
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
      ? "ss isn't installed (package iproute2). It would list both sockets."
      : `ss can't be started (${
        (error as Error).name
      }). It would list both sockets. ` +
        "`deno task lesson 18` has the permission to start it.";
  }
}

async function linesOf(args: string[], pid: number): Promise<string[]> {
  const { stdout } = await new Deno.Command("ss", {
    args,
    // Passing on an LD_… variable would need the permission to run anything.
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
