import { assert, assertEquals, assertMatch } from "@std/assert";
import { noUnixSockets } from "../lib/net_fixture.ts";
import { Talk, testWith } from "./programs.ts";

async function end(server: Talk, summary: RegExp): Promise<void> {
  server.kill("SIGINT");
  const { code, output } = await server.end();
  assertEquals(code, 0);
  assertMatch(output, summary);
}

function testClient(
  program: string,
  name: string,
  fn: () => Promise<void>,
): void {
  if (!noUnixSockets) return testWith(program, name, fn);
  const reason = " (ignored: Deno has no Unix sockets on Windows)";
  Deno.test.ignore(name + reason, fn);
}

for (const program of ["nc", "socat"]) {
  testClient(
    program,
    `lesson 18 --serve answers ${program}, by the command that it prints`,
    async () => {
      await using server = Talk.lesson(18);
      const [command, args] = await server.commandFor(program);
      assertEquals(command, program);
      const path = args.at(-1)!.replace("UNIX-CONNECT:", "");
      assert(Deno.lstatSync(path).isSocket);

      await using client = new Talk(command, args);
      await client.type("hello\n");
      await client.expect(/^hello\n$/);
      await client.type("once more, with ümlauts\n");
      await client.expect(/^hello\nonce more, with ümlauts\n$/);
      await end(server, /ended: 1 client served, and the path is removed\n$/);
    },
  );
}

testClient(
  "curl",
  "lesson 18 --serve answers curl --unix-socket, by the command that it prints",
  async () => {
    await using server = Talk.lesson(18);
    const [command, args] = await server.commandFor("curl");
    for (const more of [["-i"], ["-i", "--data", "a body"], ["--head"]]) {
      await using client = new Talk(command, ["-sS", ...more, ...args]);
      const { code, output } = await client.end();
      assertEquals(code, 0);
      assertMatch(output, /^HTTP\/1\.1 200 OK\r\n/);
      assertEquals(
        output.endsWith(
          "Hello from a Unix socket: the same HTTP, without a port.\n",
        ),
        more[0] !== "--head",
      );
    }
    await server.expect(/client 1: "GET \/ HTTP\/1\.1"/);
    await end(server, /ended: 3 clients served/);
  },
);

testClient(
  "nc",
  "lesson 18 --serve keeps running when a client is killed",
  async () => {
    await using server = Talk.lesson(18);
    const [command, args] = await server.commandFor("nc");
    {
      await using killed = new Talk(command, args);
      await killed.type("a line\nhalf a line");
      await killed.expect(/a line\n/);
      killed.kill("SIGKILL");
    }
    await using client = new Talk(command, args);
    await client.type("still there?\n");
    await client.expect(/still there\?\n/);
    await end(server, /ended: 2 clients served/);
  },
);
