import { noUnixSockets } from "./net_fixture.ts";

/**
 * Registers a test that needs Unix sockets; where Deno has none, it is ignored
 * and its name says why.
 *
 * @param name What the test shows.
 * @param fn The test.
 */
export function testUnix(name: string, fn: () => Promise<void> | void): void {
  const reason = noUnixSockets
    ? " (ignored: Deno has no Unix sockets on Windows)"
    : "";
  Deno.test({ name: name + reason, ignore: noUnixSockets, fn });
}

/**
 * Leaves a socket file that nobody is behind, as a killed server does.
 *
 * @param path Where.
 */
export function leaveStale(path: string): void {
  const listener = Deno.listen({ transport: "unix", path });
  // Deno removes the path when it closes; what it does not find, it leaves.
  Deno.renameSync(path, `${path}~`);
  listener.close();
  Deno.renameSync(`${path}~`, path);
}
