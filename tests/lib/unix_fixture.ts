import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { noUnixSockets, temporaryFolder } from "./net_fixture.ts";
import { unixChild } from "./unix_child.ts";

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

/**
 * Says whether there is anything at a path, also a link to nowhere.
 *
 * @param path Where.
 * @returns Whether there is.
 */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    assertInstanceOf(error, Deno.errors.NotFound);
    return false;
  }
}

/**
 * Registers tests of what becomes of a path when the process ends that listens
 * there.
 *
 * @param kind What the process opens.
 * @param open Opens the same kind of socket.
 */
export function testPathOfProcess(
  kind: "stream" | "datagram",
  open: (path: string) => Promise<Disposable>,
): void {
  testUnix(
    `${open.name}() replaces the path of a process that was killed`,
    async () => {
      using folder = temporaryFolder();
      const path = `${folder.path}/s`;
      const server = unixChild(path, { kind });
      assertEquals(await server.said, "open");
      await assertRejects(() => open(path), Deno.errors.AddrInUse);
      await server.kill("SIGKILL");
      assert(Deno.lstatSync(path).isSocket);
      using _socket = await open(path);
    },
  );

  testUnix(
    `${open.name}(): a process that ends in good order leaves no path`,
    async () => {
      using folder = temporaryFolder();
      const path = `${folder.path}/s`;
      {
        await using server = unixChild(path, { kind });
        assertEquals(await server.said, "open");
        assert(exists(path));
      }
      assert(!exists(path));
    },
  );
}
