import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  isInstalled,
  runScript,
  Talk,
  testWith,
  testWithNpm,
} from "./programs.ts";

/** The lesson's server, and how programs are told where it is. */
async function startServer(): Promise<{ server: Talk; at: string[] }> {
  const server = Talk.lesson(22, "--port", "0");
  const [, port] = await server.expect(/redis-cli -p (\d+)\n/);
  return { server, at: ["-p", port] };
}

/** Runs a program to its end, and gives all that it printed. */
async function run(
  program: string,
  args: string[],
  input: Uint8Array<ArrayBuffer> | string = "",
): Promise<Uint8Array> {
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const bytes = typeof input === "string"
    ? new TextEncoder().encode(input)
    : input;
  const limit = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const sent = new Blob([bytes]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(limit);
  await sent;
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return stdout;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

testWith(
  "redis-cli",
  "lesson 22 --serve answers redis-cli, command by command",
  async () => {
    const { server, at } = await startServer();
    await using _ = server;
    const cli = async (...args: string[]) =>
      text(await run("redis-cli", [...at, ...args]));
    assertEquals(await cli("PING"), "PONG\n");
    assertEquals(await cli("ECHO", "zwölf 🐢"), "zwölf 🐢\n");
    assertEquals(await cli("SET", "a key", "two words"), "OK\n");
    assertEquals(await cli("GET", "a key"), "two words\n");
    assertEquals(await cli("--no-raw", "GET", "missing"), "(nil)\n");
    assertEquals(await cli("--no-raw", "SET", "empty", ""), "OK\n");
    assertEquals(await cli("--no-raw", "GET", "empty"), '""\n');
    assertEquals(await cli("--no-raw", "INCR", "n"), "(integer) 1\n");
    assertEquals(await cli("-r", "3", "INCR", "n"), "2\n3\n4\n");
    assertEquals(
      await cli("--no-raw", "DEL", "n", "a key", "none"),
      "(integer) 2\n",
    );
    assertEquals(await cli("SET", "soon", "v", "PX", "1"), "OK\n");
    while (await cli("GET", "soon") !== "\n");
    assertMatch(await cli("INCR", "empty"), /^ERR value is not an integer/);
    assertMatch(await cli("FLY"), /^ERR unknown command 'FLY'/);
  },
);

testWith(
  "redis-cli",
  "lesson 22 --serve answers redis-cli at its prompt",
  async () => {
    const { server, at } = await startServer();
    await using _ = server;
    await using cli = new Talk("redis-cli", at);
    await cli.type("SET note 'a b\\'c'\n");
    await cli.expect(/OK\n/);
    await cli.type("GET note\nINCR n\nINCR note\nPING\n");
    await cli.expect(
      /OK\na b'c\n1\nERR value is not an integer[^\n]*\n\n?PONG\n/,
    );
    await cli.type("QUIT\n");
    await cli.end();
  },
);

testWith(
  isInstalled("script") ? "redis-cli" : "script",
  "lesson 22 --serve answers redis-cli on a terminal",
  async () => {
    const { server, at } = await startServer();
    await using _ = server;
    // Without a width, redis-cli would ask the terminal for one.
    const command = `stty cols 80 rows 24; TERM=xterm redis-cli ${
      at.join(" ")
    }`;
    await using cli = new Talk("script", ["-qec", command, "/dev/null"]);
    // What is typed before the prompt is thrown away.
    await cli.expect(/127\.0\.0\.1:\d+> /);
    await cli.type("GET missing\r");
    await cli.expect(/\(nil\)[^]*> /);
    await cli.type("INCR n\r");
    await cli.expect(/\(integer\) 1[^]*> /);
    await cli.type("EXIT\r");
    assertEquals((await cli.end()).code, 0);
  },
);

testWith(
  "redis-cli",
  "lesson 22 --serve stores any bytes that redis-cli pipes in",
  async () => {
    const { server, at } = await startServer();
    await using _ = server;
    const value = Uint8Array.from(
      { length: 100_000 },
      (_, i) => i % 256 ^ i >> 8,
    );
    assertEquals(
      text(await run("redis-cli", [...at, "-x", "SET", "bytes"], value)),
      "OK\n",
    );
    const back = await run("redis-cli", [...at, "GET", "bytes"]);
    // redis-cli puts an end of a line behind what it prints.
    assertEquals(
      back,
      Uint8Array.of(
        ...value.subarray(0, 50_000),
        ...value.subarray(50_000),
        0x0a,
      ),
    );

    const commands = Array.from(
      { length: 5000 },
      (_, i) =>
        `*3\r\n$3\r\nSET\r\n$${String(i).length}\r\n${i}\r\n$3\r\na\r\n\r\n`,
    );
    const piped = text(
      await run("redis-cli", [...at, "--pipe"], commands.join("")),
    );
    assertMatch(piped, /errors: 0, replies: 5000/);
    const lines = text(await run("redis-cli", at, "PING\nGET 4999\nDEL 1 2\n"));
    assertEquals(lines, "PONG\na\r\n\n2\n");
  },
);

for (const depth of ["1", "16"]) {
  testWith(
    "redis-benchmark",
    `lesson 22 --serve stands redis-benchmark -P ${depth}`,
    async () => {
      const { server, at } = await startServer();
      await using _ = server;
      const args = [...at, "-t", "ping,set,get", "-n", "4000", "-P", depth];
      const output = text(await run("redis-benchmark", [...args, "--csv"]));
      const rates = [
        ...output.matchAll(/^"(PING_INLINE|PING_MBULK|SET|GET)","([\d.]+)"/gm),
      ];
      assertEquals(rates.map(([, name]) => name), [
        ...["PING_INLINE", "PING_MBULK", "SET", "GET"],
      ]);
      assert(rates.every(([, , rate]) => Number(rate) > 0), output);
      assert(!/WARNING|ERR/.test(output), output);

      server.kill("SIGINT");
      const end = await server.end();
      assertEquals(end.code, 0);
      assertMatch(end.output, /ended: \d{5,} commands\n$/);
    },
  );
}

/** What a program does with a client of its own. */
const NPM: Record<string, [packageName: string, script: string]> = {
  "redis, by default": ["redis@5.12.1", NODE_REDIS("{ url }")],
  "redis, with RESP 3": ["redis@5.12.1", NODE_REDIS("{ url, RESP: 3 }")],
  "ioredis, by default": [
    "ioredis@5.11.1",
    `const { Redis } = await import("npm:ioredis@5.11.1");
    const client = new Redis(port, "127.0.0.1");`,
  ],
};

/** The start of a program that uses node-redis. */
function NODE_REDIS(options: string): string {
  return `const { createClient } = await import("npm:redis@5.12.1");
    const url = "redis://127.0.0.1:" + port;
    const client = createClient(${options});
    client.on("error", (error) => console.log("error: " + error));
    await client.connect();`;
}

for (const [what, [packageName, start]] of Object.entries(NPM)) {
  testWithNpm(
    packageName,
    `lesson 22 --serve is used by the npm package ${what}`,
    async () => {
      const { server, at: [, port] } = await startServer();
      await using _ = server;
      const output = await runScript(`const port = ${port};
        ${start}
        console.log(await client.ping());
        console.log(await client.set("key", "zwölf\\r\\n"));
        console.log(JSON.stringify(await client.get("key")));
        console.log(await client.get("missing"));
        console.log(await client.incr("n"), await client.del("n"));
        console.log(await client.incr("key").catch((error) => error.message));
        client.disconnect();`);
      assertEquals(
        output,
        'PONG\nOK\n"zwölf\\r\\n"\nnull\n1 1\n' +
          "ERR value is not an integer or out of range\n",
      );
    },
  );
}
