import { assert, assertEquals, assertMatch } from "@std/assert";
import { OF_ITS_OWN, Talk, testWith } from "./programs.ts";

/** Starts lesson 20's server, and hands over its address. */
async function withServer(
  test: (url: string, server: Talk) => Promise<void>,
): Promise<void> {
  await using server = Talk.lesson(20, "--port", "0");
  const [, url] = await server.expect(/browser +(http:\S+)\/\n/);
  await server.expect(/waiting for clients/);
  await test(url, server);
  server.kill("SIGINT");
  assertEquals((await server.end()).code, 0);
}

/** Runs curl to its end. */
async function curl(...args: string[]): Promise<string> {
  await using client = new Talk("curl", ["-s", ...args]);
  return (await client.end()).output;
}

/** Runs a program on a text, which it reads to its end. */
async function pipeInto(
  program: string,
  args: string[],
  input: string,
): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    env: OF_ITS_OWN,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

/** The status of what curl got; `-v` and `-i` would show more. */
function statusOf(...args: string[]): Promise<string> {
  return curl("-o", "/dev/null", "-w", "%{http_code}", ...args);
}

testWith(
  "curl",
  "lesson 20 --serve answers each command that it prints",
  async () => {
    await withServer(async (_, server) => {
      const expected: [fact: string, output: RegExp][] = [
        ["get", /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nhello\n$/s],
        ["head", /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 6\r\n\r\n$/s],
        ["length", /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 6\r\n.*zwölf$/s],
        ["count", /Transfer-Encoding: chunked\r\n\r\n1\n2\n3\n4\n5\n$/s],
        ["reuse", /^hello\n1\n2\n3\n4\n5\n$/],
        ["expect", /^hi$/],
      ];
      for (const [fact, output] of expected) {
        const [, line] = await server.expect(
          new RegExp(`^ *${fact} +(curl .*)\\n`, "m"),
        );
        assertMatch(await curl(...line.split(" ").slice(1)), output);
      }
      const [, line] = await server.expect(/^ *chunks +echo zwölf \| (.*)\n/m);
      const args = ["-s", ...line.split(" ").slice(1)];
      assertMatch(
        await pipeInto("curl", args, "zwölf\n"),
        /^HTTP\/1\.1 100 Continue\r\n.*200 OK.*zwölf\n$/s,
      );
    });
  },
);

testWith(
  "curl",
  "curl sends twenty requests over one connection to lesson 20",
  async () => {
    await withServer(async (url) => {
      const output = await curl(
        ...["-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n"],
        `${url}/hello?[1-20]`,
      );
      assertEquals(output, "200 1\n" + "200 0\n".repeat(19));
    });
  },
);

testWith(
  "curl",
  "lesson 20 sends curl's bodies back, byte for byte",
  async () => {
    const path = await Deno.makeTempFile();
    try {
      const bytes = crypto.getRandomValues(new Uint8Array(60_000));
      await Deno.writeFile(path, bytes);
      await withServer(async (url) => {
        for (
          const header of [
            ["Expect:"],
            ["Expect: 100-continue"],
            ["Transfer-Encoding: chunked"],
            ["Transfer-Encoding: chunked", "Expect: 100-continue"],
          ]
        ) {
          const { success, stdout } = await new Deno.Command("curl", {
            env: OF_ITS_OWN,
            args: [
              ...["-s", "--data-binary", `@${path}`, `${url}/echo`],
              ...header.flatMap((field) => ["-H", field]),
            ],
          }).output();
          assert(success);
          assertEquals(stdout, bytes);
        }
      });
    } finally {
      await Deno.remove(path);
    }
  },
);

testWith("curl", "lesson 20 tells curl what was wrong", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(3_000_000));
    await withServer(async (url) => {
      assertEquals(await statusOf(`${url}/nowhere`), "404");
      assertEquals(await statusOf("-H", "Host:", `${url}/hello`), "400");
      const lengths = ["Content-Length: 5", "Transfer-Encoding: chunked"];
      const both = lengths.flatMap((field) => ["-H", field]);
      assertEquals(await statusOf(...both, "-d", "hi", `${url}/echo`), "400");
      assertMatch(
        await curl("-i", "-X", "DELETE", `${url}/hello`),
        /^HTTP\/1\.1 405 .*Allow: GET, HEAD, OPTIONS\r\n/s,
      );
      assertEquals(
        await statusOf("-H", `X: ${"a".repeat(20_000)}`, `${url}/hello`),
        "431",
      );
      assertEquals(await statusOf("-X", "BREW", `${url}/hello`), "501");
      const gzip = ["-H", "Transfer-Encoding: gzip, chunked", "-d", "hi"];
      assertEquals(await statusOf(...gzip, `${url}/echo`), "501");
      assertEquals(await statusOf("-0", `${url}/count`), "200");
      // The second one sends all of it, though the answer is there before.
      for (const expect of ["Expect: 100-continue", "Expect:"]) {
        const large = ["-H", expect, "--data-binary", `@${path}`];
        assertEquals(await statusOf(...large, `${url}/echo`), "413");
      }
      const sent = await curl(
        ...["-o", "/dev/null", "-w", "%{http_code} %{size_upload}"],
        ...["--data-binary", `@${path}`, `${url}/echo`],
      );
      assertEquals(sent, "413 0", "a refused body is not sent");
    });
  } finally {
    await Deno.remove(path);
  }
});

testWith(
  "nc",
  "lesson 20 --serve answers requests typed into nc, even several at once",
  async () => {
    await withServer(async (_, server) => {
      const [, line] = await server.expect(/^ *by hand +nc (.*)\n/m);
      // With -C each line that is typed ends with CR LF.
      await using client = new Talk("nc", line.split(" "));
      await client.type("GET /hello HTTP/1.1\n");
      await client.type("Host: x\n\n");
      await client.expect(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello\n$/);
      await client.type("GET /hello HTTP/1.1\nHost: x\n\n".repeat(2));
      await client.expect(/^(?:HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\nhello\n){3}$/);
    });
  },
);
