import { assertEquals, assertMatch } from "@std/assert";
import { Talk, testWith } from "./programs.ts";

testWith(
  "nc",
  "lesson 6 --serve answers one nc while another is silent, and counts both",
  async () => {
    await using server = Talk.lesson(6, "--port", "0");
    const [, host, port] = await server.expect(/nc (\S+) (\d+)\n/);
    await using silent = new Talk("nc", [host, port]);
    await silent.expect(/^you are client 1, at once: 1\n$/);
    {
      await using second = new Talk("nc", [host, port]);
      await second.expect(/^you are client 2, at once: 2\n$/);
      await second.type("who is there?\n");
      await second.expect(/\nat once: 2\n$/);
    }
    await server.expect(/client 2 has left: 1 at once/);
    await silent.type("and now?\n");
    await silent.expect(/\nat once: 1\n$/);

    server.kill("SIGINT");
    const { code, output } = await server.end();
    assertEquals(code, 0);
    assertMatch(output, /stopped: 2 clients served, at most 2 at once\n$/);
  },
);
