import { assertEquals, assertMatch } from "@std/assert";
import { Talk, testWith } from "./programs.ts";

for (const [program, fact] of [["nc", "netcat"], ["socat", "socat"]]) {
  testWith(
    program,
    `lesson 13 --serve answers ${program}, by the command that it prints`,
    async () => {
      await using server = Talk.lesson(13, "--port", "0");
      const [command, args] = await server.commandFor(fact);
      assertEquals(command, program);

      await using ann = new Talk(command, args);
      await ann.type("hello\n");
      await ann.expect(/^hello\n$/);
      await ann.type("mit ümlaut\n");
      await ann.expect(/^hello\nmit ümlaut\n$/);
      await ann.type("count?\n");
      await ann.expect(/\n3 from you\n$/);

      await using bob = new Talk(command, args);
      await bob.type("who?\n");
      const [, bobsPort] = await bob.expect(/^udp:\/\/127\.0\.0\.1:(\d+)\n$/);
      await server.expect(new RegExp(`:${bobsPort}: 5 bytes "who\\?\\\\n"`));
      await bob.type("count?\n");
      await bob.expect(/\n2 from you\n$/);

      server.kill("SIGINT");
      const { code, output } = await server.end();
      assertEquals(code, 0);
      assertMatch(
        output,
        /ended: 5 messages from 2 addresses, \d+ bytes sent back\n$/,
      );
    },
  );
}

testWith("nc", "lesson 13 --serve goes on when nc is killed", async () => {
  await using server = Talk.lesson(13);
  const [, host, port] = await server.expect(/nc -u (\S+) (\d+)\n/);
  await server.expect(/waiting for messages/);
  {
    await using killed = new Talk("nc", ["-u", host, port]);
    await killed.type("one\n");
    await killed.expect(/^one\n/);
    killed.kill("SIGKILL");
  }
  await using next = new Talk("nc", ["-u", host, port]);
  await next.type("two\n");
  await next.expect(/^two\n/);
  server.kill("SIGINT");
  assertEquals((await server.end()).code, 0);
});

testWith(
  "socat",
  "a connected UDP socket learns from ICMP that the port is closed, as lesson 13 says",
  async () => {
    const closed = Deno.listenDatagram({
      transport: "udp",
      hostname: "127.0.0.1",
      port: 0,
    });
    const { port } = closed.addr as Deno.NetAddr;
    closed.close();
    await using asking = new Talk("socat", ["-", `UDP:127.0.0.1:${port}`]);
    await asking.type("hello\n");
    const { code, errors } = await asking.end();
    assertEquals(code, 1);
    assertMatch(errors, /Connection refused/);
  },
);
