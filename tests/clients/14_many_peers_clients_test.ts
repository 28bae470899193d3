import { assertEquals, assertMatch } from "@std/assert";
import { isInstalled, Talk, testWith } from "./programs.ts";

for (const [program, fact] of [["nc", "netcat"], ["socat", "socat"]]) {
  testWith(
    program,
    `lesson 14 --serve is a roll call that you can join with ${program}`,
    async () => {
      await using server = Talk.lesson(14, "--port", "0");
      const command = await server.commandFor(fact);
      assertEquals(command[0], program);

      await using ann = new Talk(...command);
      await ann.type("HELLO ann\n");
      await ann.expect(/^OK ann\n$/);
      await using bob = new Talk(...command);
      await bob.type("HELLO ann\n");
      await bob.expect(/^TAKEN ann\n$/);
      await bob.type("HELLO bob\n");
      await bob.expect(/\nOK bob\n$/);
      await server.expect(/bob joined; present: ann, bob\n/);

      await ann.type("SAY grüß dich, bob\n");
      await bob.expect(/\nann: grüß dich, bob\n$/);
      await bob.type("SAY hello, ann\n");
      await ann.expect(/^OK ann\nbob: hello, ann\n$/);
      await bob.type("BYE\n");
      await server.expect(/bob left; present: ann\n/);

      server.kill("SIGINT");
      const { code, output } = await server.end();
      assertEquals(code, 0);
      assertMatch(
        output,
        /closed: 2 joined, 6 messages received, 5 sent\n$/,
      );
    },
  );
}

testWith(
  "nc",
  "lesson 14 --serve does not notice that nc was killed, and goes on",
  async () => {
    await using server = Talk.lesson(14);
    const command = await server.commandFor("netcat");
    await using ann = new Talk(...command);
    await ann.type("HELLO ann\n");
    await ann.expect(/^OK ann\n/);
    {
      await using killed = new Talk(...command);
      await killed.type("HELLO bob\n");
      await killed.expect(/^OK bob\n/);
      killed.kill("SIGKILL");
    }
    await ann.type("SAY still there?\n");
    await server.expect(/"SAY still there\?\\n", sending 1\n/);
    await ann.type("HELLO ann\n");
    await ann.expect(/OK ann\nOK ann\n$/);
    server.kill("SIGINT");
    assertEquals((await server.end()).code, 0);
  },
);

testWith(
  "socat",
  "lesson 14 --serve lets nc and socat talk to each other",
  async () => {
    if (!isInstalled("nc")) return;
    await using server = Talk.lesson(14);
    await using ann = new Talk(...await server.commandFor("netcat"));
    await ann.type("HELLO ann\n");
    await ann.expect(/^OK ann\n/);
    await using bob = new Talk(...await server.commandFor("socat"));
    await bob.type("HELLO bob\n");
    await bob.expect(/^OK bob\n/);
    await bob.type("SAY from socat\n");
    await ann.expect(/bob: from socat\n/);
    await ann.type("SAY from nc\n");
    await bob.expect(/ann: from nc\n/);
  },
);
