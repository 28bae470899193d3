/**
 * A process for the tests of Unix sockets that races others to one path, again
 * and again.
 *
 * Each line of its input is a moment, in milliseconds since 1970, at which it
 * listens at the path that it is given, or `close`. It answers each with one
 * line.
 */
import { listenUnix, readLines } from "../../lib/net/mod.ts";

const [path] = Deno.args;
let listener: Deno.UnixListener | undefined;

/** Says what came of listening. */
async function listen(): Promise<string> {
  try {
    listener = await listenUnix(path);
    return "open";
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

let round = 0;
for await (const line of readLines(Deno.stdin)) {
  if (line === "close") {
    listener?.close();
    listener = undefined;
    console.log(`${round} closed`);
    continue;
  }
  // A timer would wake one of them too late.
  while (Date.now() < Number(line));
  console.log(`${++round} ${await listen()}`);
}
