import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { CheckFailed } from "../../lib/workbook/kit/check_failed.ts";
import { exercise } from "../../lib/workbook/kit/exercise.ts";
import { socketFolder } from "../../lib/workbook/kit/socket_folder.ts";
import { Trial } from "../../lib/workbook/kit/trial.ts";
import { noUnixSockets } from "../lib/net_fixture.ts";
import { testUnix } from "../lib/unix_fixture.ts";

testUnix(
  "socketFolder() gives an empty folder, which goes with the check",
  async () => {
    const trial = new Trial("A heading");
    const folder = socketFolder(trial, ["a.sock"]);
    assertEquals([...Deno.readDirSync(folder)], []);
    const path = `${folder}/a.sock`;
    Deno.listenDatagram({ transport: "unixpacket", path }).close();
    assert(Deno.lstatSync(path).isSocket);
    await trial.cleanUp();
    await assertRejects(() => Deno.lstat(folder), Deno.errors.NotFound);
  },
);

Deno.test({
  name: "socketFolder() fails on Windows, and does not blame the answer",
  ignore: !noUnixSockets,
  fn() {
    const trial = new Trial("A heading");
    try {
      socketFolder(trial, []);
    } catch (error) {
      assertInstanceOf(error, CheckFailed);
      assertMatch(error.message, /no Unix sockets on Windows/);
    }
  },
});

Deno.test("a check that is refused a Unix path says which paths are allowed", async () => {
  const listens = exercise<() => void>({
    id: "0.1",
    title: "Listen",
    solution: () => {},
    hints: [],
    read: "A heading",
    async check(attempt, trial) {
      await trial.start("listen", attempt);
    },
  });
  const error = await assertRejects(
    () =>
      listens.check(() => {
        throw new Deno.errors.NotCapable(
          'Requires net access to "unix:/tmp/x", run again with --allow-net',
        );
      }),
    CheckFailed,
  );
  assertMatch(error.message, /"unix:\/tmp\/x".*paths that the task names/s);
});
