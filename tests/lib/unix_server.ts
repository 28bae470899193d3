/**
 * A process of its own for the tests of Unix sockets: opens one at the path that
 * it is given, says what came of it in one line, and stays until it is ended.
 */
import { bindUnixDatagram, listenUnix } from "../../lib/net/mod.ts";

const [kind, path] = Deno.args;

try {
  const socket = kind === "stream"
    ? await listenUnix(path)
    : await bindUnixDatagram(path);
  console.log("open");
  // Until the end of the input, or a signal.
  for await (const _ of Deno.stdin.readable);
  socket.close();
} catch (error) {
  const { name, message } = error as Error;
  console.log(`${name}: ${message}`);
}
