import { join } from "node:path";
import { listenTcp } from "../../../lib/net/mod.ts";
import { temporaryFolder } from "../../../lib/workbook/checker/temporary_folder.ts";
import type { Proof } from "./proof.ts";
import { thrownByChild } from "./child.ts";
import { thrownBy } from "./sockets.ts";

export const listening: Record<string, Proof> = {
  async "in-use"() {
    using listener = listenTcp();
    const { port } = listener.addr;
    return await thrownBy(() => Deno.listen({ hostname: "127.0.0.1", port }));
  },

  // An address for documentation that no machine has (RFC 5737).
  "not-available": () =>
    thrownBy(() => Deno.listen({ hostname: "203.0.113.1", port: 0 })),

  // Root may use every port and every file, so a child process is somebody else.
  async "permission"() {
    await using folder = await temporaryFolder();
    await Deno.chmod(folder.path, 0o755);
    const path = join(folder.path, "locked.sock");
    using _listener = Deno.listen({ transport: "unix", path });
    await Deno.chmod(path, 0);
    const nobody = { uid: 65_534, gid: 65_534 };
    return await thrownByChild(
      `await Deno.connect({ transport: "unix", path: ${
        JSON.stringify(path)
      } });`,
      {
        flags: ["-A"],
        command: Deno.uid() === 0 ? nobody : {},
      },
    );
  },

  "path-too-long": () =>
    thrownBy(() =>
      Deno.listen({ transport: "unix", path: `/tmp/${"x".repeat(120)}` })
    ),

  async "path-missing"() {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "missing.sock");
    return await thrownBy(() => Deno.connect({ transport: "unix", path }));
  },

  async "socket-file-in-the-way"() {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "old.sock");
    await Deno.writeTextFile(path, "");
    const { name } = await thrownBy(() =>
      Deno.listen({ transport: "unix", path })
    );
    return `Deno.listen() threw ${name} for a path with a file`;
  },

  async "file-exists"() {
    await using folder = await temporaryFolder();
    return await thrownBy(() => Deno.mkdir(folder.path));
  },
};
