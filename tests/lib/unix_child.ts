import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";

/** A process that holds a Unix socket open, and what it said when it began. */
export interface UnixChild extends AsyncDisposable {
  /** `open`, or the name and message of an error. */
  said: Promise<string>;
  /** Ends it by a signal, and waits until it is gone. */
  kill(signal: Deno.Signal): Promise<void>;
}

/** Options for {@linkcode unixChild}. */
export interface UnixChildOptions {
  /** What it opens. */
  kind?: "stream" | "datagram";
  /** The user to be, by number; only root may choose. */
  uid?: number;
  /**
   * Where that user keeps compiled modules; by default that is nowhere, for it
   * has no home.
   */
  denoDir?: string;
}

/**
 * Opens a Unix socket in another process.
 *
 * @param path Where.
 * @param options What, and as whom.
 * @returns The process; `await using` ends it in good order.
 */
export function unixChild(
  path: string,
  options: UnixChildOptions = {},
): UnixChild {
  const { kind = "stream", uid, denoDir = "/nowhere" } = options;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-qA",
      "--no-check",
      "--config",
      join(ROOT, "deno.json"),
      join(ROOT, "tests", "lib", "unix_server.ts"),
      kind,
      path,
    ],
    stdin: "piped",
    stdout: "piped",
    ...(uid === undefined ? {} : { uid, env: { DENO_DIR: denoDir } }),
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const said = (async () => {
    let text = "";
    while (!text.includes("\n")) {
      const { done, value } = await lines.read();
      if (done) break;
      text += value;
    }
    return text.trimEnd();
  })();
  async function end() {
    await said;
    await lines.cancel();
    await child.stdin.close().catch(() => {});
    await child.status;
  }
  return {
    said,
    async kill(signal) {
      child.kill(signal);
      await end();
    },
    [Symbol.asyncDispose]: end,
  };
}
