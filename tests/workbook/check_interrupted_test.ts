import { assertEquals, assertRejects } from "@std/assert";
import { readToEnd } from "../../lib/net/mod.ts";
import { echoWith, useCopy } from "./workbook_copy.ts";
import { Talk } from "../clients/programs.ts";

const copy = useCopy();
const windows = Deno.build.os === "windows";
const reason = windows ? " (ignored: Windows has no such signals)" : "";

/** Waits for the child of a check to say where it is, from an endless loop. */
async function startEndlessCheck(
  listener: Deno.TcpListener,
): Promise<{ checking: Talk; conn: Deno.Conn; folder: string }> {
  await copy().answer({
    echo: echoWith(`
  const hostname = "127.0.0.1";
  const port = ${listener.addr.port};
  const test = await Deno.connect({ hostname, port });
  await test.write(new TextEncoder().encode(Deno.cwd()));
  while (true) {}`),
  });
  const checking = copy().start("check", "3.1");
  const conn = await listener.accept();
  const buffer = new Uint8Array(4096);
  const count = await conn.read(buffer);
  const folder = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  return { checking, conn, folder };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  Deno.test({
    name:
      `${signal} ends a check and the endless loop in its child, and removes its folder${reason}`,
    ignore: windows,
    async fn() {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { checking, conn, folder } = await startEndlessCheck(listener);
      await using _checking = checking;
      using _conn = conn;
      assertEquals((await Deno.stat(folder)).isDirectory, true);
      checking.kill(signal);
      assertEquals((await checking.end()).code, 130);
      // The connection ends when its process does.
      await readToEnd(conn).catch((error) => {
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      });
      await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
    },
  });
}
