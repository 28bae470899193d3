import { dim } from "@std/fmt/colors";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Server, WebModule } from "../../../web/contract.ts";
import { ROOT } from "../../checker/catalog.ts";
import { Interrupted, onInterrupt } from "../../checker/interrupted.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";
import { openBrowser } from "../browser.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine, parsePort } from "../command_line.ts";
import { runDeno } from "../run_deno.ts";
import { downloadPackages, loadWeb } from "../web_packages.ts";
import { typedPath } from "../packets/capture_file.ts";

/** `deno task web`: the workbook in a browser, or as static pages. */
export default async function web(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { flags, values } = parseCommandLine(args, {
    usage: "deno task web [--no-open] [--port 8000] | " +
      "deno task web --build DIR [--base /PATH/]",
    flags: ["no-open"],
    values: ["port", "build", "base"],
    words: [0, 0],
  });
  const { build, base = "/" } = values;
  if (build === undefined && values.base !== undefined) {
    throw new UsageError("--base goes with --build: add --build DIR");
  }
  const unfit = flags["no-open"] > 0
    ? "--no-open"
    : values.port !== undefined
    ? "--port"
    : undefined;
  if (build !== undefined && unfit !== undefined) {
    throw new UsageError(`--build starts no server: leave out ${unfit}`);
  }
  if (!/^\/([\w.~-]+\/)*$/.test(base)) {
    throw new UsageError(
      `no base path ${repeated(base)}: it starts and ends with a slash, like ` +
        "/workbook/",
    );
  }
  if (build !== undefined) await rejectFile(build);
  const port = values.port === undefined ? undefined : parsePort(values.port);
  const module = await loadWeb();
  if (module === undefined) return await downloadAndRun(args, io);
  if (build !== undefined) {
    return await buildPages(module, { folder: build, base }, io);
  }
  return await serve(module, { port, open: flags["no-open"] === 0 }, io);
}

/**
 * Downloads the npm packages, and runs the command in another process: this one
 * remembers that they weren't there.
 */
async function downloadAndRun(
  args: string[],
  io: CommandContext,
): Promise<number> {
  io.print(dim("Downloading the browser edition's npm packages, once …"));
  if (!await downloadPackages()) {
    io.complain(
      "can't reach the npm registry: the browser edition must download its " +
        "packages once; all other commands work without them",
    );
    return 1;
  }
  const main = new URL("../main.ts", import.meta.url);
  return await runDeno(
    "run",
    ["--quiet", "--cached-only", fileURLToPath(main), "web", ...args],
    // Paths are relative to the folder where you typed the command.
    { env: { INIT_CWD: Deno.env.get("INIT_CWD") ?? Deno.cwd() } },
  );
}

async function serve(
  { startServer }: WebModule,
  { port, open }: { port?: number; open: boolean },
  io: CommandContext,
): Promise<number> {
  const ended = Promise.withResolvers<void>();
  // Keep the handler until the process ends: a second signal mustn't leave a
  // run behind.
  onInterrupt(() => ended.resolve());
  const { lessons } = io;
  await using server = port === undefined
    ? startAtLastPort((port) => startServer({ lessons, port }))
    : startAt(port, (port) => startServer({ lessons, port }));
  io.print(server.url, dim("Press Ctrl-C to stop."));
  if (open) await openBrowser(server.url);
  await ended.promise;
  return 0;
}

function startAt(port: number, start: (port: number) => Server): Server {
  try {
    return start(port);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UsageError(
      `port ${port} is in use: choose another, or leave out --port for a free one`,
    );
  }
}

/** The file that stores the last port; git ignores it. */
const PORT_FILE = join(ROOT, ".workbook", "port");

/**
 * Uses the last port again if it's free: for a browser, another port is another
 * site, without the reader's saved predictions.
 */
function startAtLastPort(start: (port: number) => Server): Server {
  let server: Server;
  try {
    server = start(parsePort(Deno.readTextFileSync(PORT_FILE)));
  } catch {
    // There's no last port yet, or another program is using it.
    server = start(0);
  }
  try {
    Deno.mkdirSync(dirname(PORT_FILE), { recursive: true });
    Deno.writeTextFileSync(PORT_FILE, new URL(server.url).port);
  } catch {
    // In a read-only checkout, each run uses a new port.
  }
  return server;
}

async function buildPages(
  { buildSite }: WebModule,
  { folder, base }: { folder: string; base: string },
  io: CommandContext,
): Promise<number> {
  const stop = new AbortController();
  using _ending = onInterrupt(() => stop.abort(new Interrupted()));
  const { pages, bytes } = await buildSite({
    lessons: io.lessons,
    folder: typedPath(folder),
    base,
    signal: stop.signal,
    report: (line) => io.print(dim(line)),
  });
  const size = (bytes / 1024 / 1024).toFixed(1);
  io.print(`${pages} pages, ${size} MiB, are in ${folder}`);
  return 0;
}

/** Rejects a path that's already a file, before creating anything. */
async function rejectFile(folder: string): Promise<void> {
  const found = await Deno.stat(typedPath(folder)).catch(() => undefined);
  if (found?.isDirectory === false) {
    throw new UsageError(
      `${repeated(folder)} is a file: name a folder to write to`,
    );
  }
}
