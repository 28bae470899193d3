import { assertEquals, assertMatch } from "@std/assert";
import { Talk, testWith } from "./programs.ts";

for (const program of ["nc", "socat"]) {
  testWith(
    program,
    `lesson 5 --serve answers each line that ${program} sends as it arrives`,
    async () => {
      await using server = Talk.lesson(5, "--port", "0");
      const [, host, port] = await server.expect(/nc (\S+) (\d+)\n/);
      const args = program === "nc"
        ? [host, port]
        : ["-", `TCP:${host}:${port}`];
      await using client = new Talk(program, args);
      await client.type("zwölf\n");
      await client.expect(/^ZWÖLF \(6 bytes, 5 characters\)\n$/);
      // Half a line has no answer; the rest of it brings one.
      await client.type("two ");
      await client.type("words\nagain\n");
      await client.expect(/\nTWO WORDS \(9 bytes, .*\nAGAIN \(5 bytes, .*\n$/);

      server.kill("SIGINT");
      const { code, output } = await server.end();
      assertEquals(code, 0);
      assertMatch(output, /stopped: 1 client served, 3 lines\n$/);
    },
  );
}

testWith(
  "nc",
  "lesson 5 --serve keeps running after a line that's too long and a killed client",
  async () => {
    await using server = Talk.lesson(5);
    const [, host, port] = await server.expect(/nc (\S+) (\d+)\n/);
    await using long = new Talk("nc", [host, port]);
    await long.type("x".repeat(1000));
    await long.expect(/^error: .*longer than 80 bytes\n$/);
    {
      await using killed = new Talk("nc", [host, port]);
      await killed.type("half a line");
      killed.kill("SIGKILL");
      await killed.end();
    }
    await using client = new Talk("nc", [host, port]);
    await client.type("still there?\n");
    await client.expect(/^STILL THERE\? /);
    server.kill("SIGINT");
    assertEquals((await server.end()).code, 0);
  },
);
