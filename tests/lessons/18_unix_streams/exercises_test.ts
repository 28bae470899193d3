import { createConnection } from "node:net";
import { exercises } from "../../../lessons/18_unix_streams/exercises.ts";
import type {
  ListenAt,
  PathFits,
} from "../../../lessons/18_unix_streams/types.ts";
import { listenUnix } from "../../../lib/net/mod.ts";
import { noUnixSockets } from "../../lib/net_fixture.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

if (noUnixSockets) {
  Deno.test.ignore(
    "18 (ignored: Deno doesn't support Unix sockets on Windows)",
    () => {},
  );
} else {
  testExercises("unix_streams", exercises, wrongAnswers);
  testAccepted<ListenAt>(exercises[0], {
    "that checks the file and connects before it listens": async (path) => {
      const found = await Deno.lstat(path).catch(() => undefined);
      if (found !== undefined) {
        const refused = found.isSocket && await Deno.connect({
          transport: "unix",
          path,
        }).then((conn) => {
          conn.close();
          return false;
        }, (error) => error instanceof Deno.errors.ConnectionRefused);
        if (!refused) throw new Deno.errors.AddrInUse(`${path} is taken`);
        await Deno.remove(path);
      }
      return Deno.listen({ transport: "unix", path });
    },
    "with a connection of node:net": async (path) => {
      try {
        return Deno.listen({ transport: "unix", path });
      } catch (error) {
        if ((error as Error).name !== "AddrInUse") throw error;
        if (!(await Deno.lstat(path)).isSocket) throw error;
        const code = await new Promise<string>((resolve) => {
          const conn = createConnection(path, () => {
            conn.destroy();
            resolve("connected");
          });
          conn.on(
            "error",
            ({ code }: NodeJS.ErrnoException) => resolve(code ?? ""),
          );
        });
        if (code !== "ECONNREFUSED") throw error;
        await Deno.rename(path, `${path}.old`);
        await Deno.remove(`${path}.old`);
        return Deno.listen({ transport: "unix", path });
      }
    },
    "with the helper of lib/net": (path) => listenUnix(path),
  });

  testAccepted<PathFits>(exercises[1], {
    "with encodeInto() and a field of 107 bytes": (path) =>
      new TextEncoder().encodeInto(path, new Uint8Array(107)).read ===
        path.length,
    "with the size of a Blob": (path) => new Blob([path]).size < 108,
    "with a sum over code points": (path) => {
      let size = 1;
      for (const one of path) {
        const code = one.codePointAt(0)!;
        size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      }
      return size <= 108;
    },
  });
}
