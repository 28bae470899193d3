import { assertEquals, assertMatch } from "@std/assert";
import { Talk, testWith } from "./programs.ts";

for (const [program, fact] of [["nc", "netcat"], ["socat", "socat"]]) {
  testWith(
    program,
    `lesson 3 --serve talks with ${program}, by the command that it prints`,
    async () => {
      await using server = Talk.lesson(3, "--port", "0");
      const [command, args] = await server.commandFor(fact);
      assertEquals(command, program);

      await using client = new Talk(command, args);
      await client.type("hello\n");
      await client.expect(/^hello\n$/);
      await client.type("once more, with ümlauts\n");
      await client.expect(/^hello\nonce more, with ümlauts\n$/);

      server.kill("SIGINT");
      const { code, output } = await server.end();
      assertEquals(code, 0);
      assertMatch(output, /ended: 1 client served, 31 bytes echoed\n$/);
    },
  );
}

testWith(
  "nc",
  "lesson 3 --serve goes on when a client is killed",
  async () => {
    await using server = Talk.lesson(3, "--port", "0");
    const [, host, port] = await server.expect(/nc (\S+) (\d+)\n/);
    {
      await using killed = new Talk("nc", [host, port]);
      await killed.type("half a line");
      await killed.expect(/half a line/);
    }
    await using client = new Talk("nc", [host, port]);
    await client.type("still there?\n");
    await client.expect(/still there\?\n/);
    server.kill("SIGINT");
    assertEquals((await server.end()).code, 0);
  },
);

testWith(
  "curl",
  "lesson 3 --serve talks with curl telnet://",
  async () => {
    await using server = Talk.lesson(3);
    const [, url] = await server.expect(/curl (telnet:\S+)\n/);
    await using client = new Talk("curl", ["--silent", "--no-buffer", url]);
    await client.type("hello\n");
    await client.expect(/^hello\n/);
  },
);
