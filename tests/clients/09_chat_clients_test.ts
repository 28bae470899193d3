import { assertEquals, assertMatch } from "@std/assert";
import { isInstalled, Talk, testWith } from "./programs.ts";

/** One test needs both programs: this is the missing one, if one is missing. */
const NC_OR_SOCAT = isInstalled("nc") ? "socat" : "nc";

for (const [program, fact] of [["nc", "netcat"], ["socat", "socat"]]) {
  testWith(
    program,
    `lesson 9 --serve is a room that people join with ${program}`,
    async () => {
      await using room = Talk.lesson(9, "--port", "0");
      const command = await room.commandFor(fact);
      assertEquals(command[0], program);

      await using ann = new Talk(...command);
      await ann.expect(/^\* guest1 is here, 1 in the room\n/);
      await using bob = new Talk(...command);
      await bob.expect(/^\* guest2 is here, 2 in the room\n/);
      await ann.expect(/guest2 is here, 2 in the room\n/);

      await ann.type("hello\n");
      await bob.expect(/\nguest1: hello\n/);
      await bob.type("grüß dich\n");
      await ann.expect(/\nguest2: grüß dich\n/);

      room.kill("SIGINT");
      const { code, output } = await room.end();
      assertEquals(code, 0);
      assertMatch(output, /closed: 2 guests, 2 lines sent, at most \d+ bytes?/);
    },
  );

  testWith(
    program,
    `lesson 9 --serve goes on when ${program} is killed in the middle of a line`,
    async () => {
      await using room = Talk.lesson(9, "--port", "0");
      const command = await room.commandFor(fact);
      await using ann = new Talk(...command);
      await ann.expect(/guest1 is here/);
      await using bob = new Talk(...command);
      await bob.expect(/guest2 is here/);
      {
        await using killed = new Talk(...command);
        await killed.expect(/guest3 is here/);
        await killed.type("a whole line\nand half of");
        await ann.expect(/guest3: a whole line\n/);
        killed.kill("SIGKILL");
      }
      await ann.expect(/\* guest3 (left|is gone)/);
      await ann.type("who was that?\n");
      await bob.expect(/^guest1: who was that\?\n/m);

      room.kill("SIGINT");
      assertEquals((await room.end()).code, 0);
    },
  );
}

testWith(
  "nc",
  "lesson 9 --serve tells nc what's wrong with its line, and goes on",
  async () => {
    await using room = Talk.lesson(9, "--port", "0");
    const command = await room.commandFor("netcat");
    await using ann = new Talk(...command);
    await ann.expect(/guest1 is here/);
    await using long = new Talk(...command);
    await long.expect(/guest2 is here/);
    await long.type(`${"x".repeat(70_000)}\n`);
    await long.expect(/\* Cannot read line 1: .*65536 bytes\. Goodbye\.\n/);
    await ann.expect(/\* guest2 was sent away/);
    await using bob = new Talk(...command);
    await bob.expect(/guest3 is here, 2 in the room/);
  },
);

testWith(
  NC_OR_SOCAT,
  "lesson 9 --serve lets nc and socat talk to each other",
  async () => {
    await using room = Talk.lesson(9, "--port", "0");
    await using ann = new Talk(...await room.commandFor("netcat"));
    await ann.expect(/guest1 is here/);
    await using bob = new Talk(...await room.commandFor("socat"));
    await ann.expect(/guest2 is here/);
    await ann.type("from nc\n");
    await bob.expect(/guest1: from nc\n/);
    await bob.type("from socat\n");
    await ann.expect(/guest2: from socat\n/);
  },
);
