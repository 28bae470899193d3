import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  CA,
  CERTIFICATES,
  KEY,
  SERVER_NAME,
} from "../../lessons/24_tls/certificates.ts";
import { Relay } from "../../lessons/24_tls/relay.ts";
import { EchoServer } from "../../lessons/24_tls/servers.ts";
import {
  askSecurely,
  clientHello,
  RecordReader,
  upgrade,
} from "../../lessons/24_tls/solution.ts";
import { connectTcp, readToEnd, writeAll } from "../../lib/net/mod.ts";
import { decodeClientHello } from "../../lib/wire/mod.ts";
import { Talk, testWith } from "./programs.ts";

const CERTS = fileURLToPath(
  new URL("../../lessons/24_tls/certs/", import.meta.url),
);
const CA_FILE = `${CERTS}ca.pem`;
const OPTIONS = { caCerts: [CA], hostname: SERVER_NAME, timeoutMs: 20_000 };

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The certificates' files, and how OpenSSL numbers what's wrong with them. */
const FAILURES = [
  ["expired", 10, "certificate has expired"],
  ["wrongName", 62, "hostname mismatch"],
  ["selfSigned", 18, "self-signed certificate"],
] as const;

const FILES = {
  good: "server.pem",
  expired: "expired.pem",
  wrongName: "wrong_name.pem",
  selfSigned: "self_signed.pem",
};

testWith(
  "openssl",
  "lesson 24 --serve talks to openssl s_client, by the command that it prints",
  async () => {
    await using server = Talk.lesson(24, "--port", "0");
    const [program, args] = await server.commandFor("openssl");
    await using client = new Talk(program, args);
    await client.expect(/Verify return code: 0 \(ok\)/);
    await client.type("hello\n");
    await client.expect(/\nhello\n/);
    await server.expect(/ClientHello for no name; TLS 1\.3/);
    await client.type("Q\n");
    assertEquals((await client.end()).code, 0);
    server.kill("SIGINT");
    const end = await server.end();
    assertEquals(end.code, 0);
    assertMatch(end.output, /ended\n$/);
  },
);

testWith(
  "openssl",
  "openssl s_client accepts lesson 24's good certificate for its names only",
  async () => {
    await using server = EchoServer.overTls({ protocols: ["http/1.1"] });
    const names = { "echo.localhost": 0, localhost: 0, "bank.localhost": 62 };
    for (const [name, code] of Object.entries(names)) {
      const { output, errors } = await verify(server.port, name);
      assertMatch(output + errors, new RegExp(`Verify return code: ${code} `));
    }
    const { output } = await verify(server.port, "localhost", "http/1.1");
    assertMatch(output, /ALPN protocol: http\/1\.1/);
  },
);

for (const [certificate, code, words] of FAILURES) {
  testWith(
    "openssl",
    `openssl s_client and curl reject lesson 24's certificate: ${certificate}`,
    async () => {
      await using server = EchoServer.overTls({ certificate });
      const { output } = await verify(server.port, SERVER_NAME);
      assertMatch(
        output,
        new RegExp(`Verify return code: ${code} .${words}`, "i"),
      );
      const { code: status } = await curl(server.port, "-m", "10");
      assertEquals(status, 60); // The peer's certificate can't be trusted.
    },
  );
}

/** What openssl s_client says of a server. */
async function verify(port: number, name: string, protocol = "h2,http/1.1") {
  await using client = new Talk("openssl", [
    ...["s_client", "-CAfile", CA_FILE, "-connect", `127.0.0.1:${port}`],
    ...["-servername", name, "-verify_hostname", name, "-alpn", protocol],
  ]);
  await client.expect(/Verify return code/);
  await client.type("Q\n");
  return await client.end();
}

/** Runs curl, which gets echo.localhost's page. */
async function curl(port: number, ...args: string[]) {
  const name = `${SERVER_NAME}:${port}`;
  await using client = new Talk("curl", [
    ...["-sS", "--cacert", CA_FILE, "--resolve", `${name}:127.0.0.1`],
    ...[...args, `https://${name}/`],
  ]);
  return await client.end();
}

testWith(
  "curl",
  "curl --cacert trusts lesson 24's authority, and clientHello() reads what it sent",
  async () => {
    await using server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      cert: CERTIFICATES.good,
      key: KEY,
      onListen() {},
    }, () => new Response("hello\n"));
    await using relay = new Relay(server.addr.port);
    const { code, output } = await curl(relay.port);
    assertEquals([code, output], [0, "hello\n"]);
    const hello = helloIn(relay);
    assertEquals(hello.serverName, SERVER_NAME);
    assertEquals(hello.protocols, ["h2", "http/1.1"]);
    assertEquals(hello.versions.includes(0x0304), true);
  },
);

/** What a client said, by the answers to 24.1 and 24.2 and by the decoder. */
function helloIn(relay: Relay) {
  const reader = new RecordReader();
  for (const { from, bytes } of relay.log) {
    if (from === "client") reader.push(bytes);
  }
  const record = reader.next()!;
  const hello = clientHello(record);
  const { serverName, protocols, versions } = decodeClientHello(
    record.fragment,
  );
  assertEquals(hello, {
    ...(serverName === null ? {} : { serverName }),
    protocols,
    versions,
  });
  return hello;
}

testWith(
  "openssl",
  "askSecurely() asks openssl s_server, and rejects its wrong certificates",
  async () => {
    for (const [certificate, file] of Object.entries(FILES)) {
      await using server = new Talk("openssl", [
        ...["s_server", "-accept", "127.0.0.1:0", "-www"],
        ...["-cert", CERTS + file, "-key", `${CERTS}key.pem`],
      ]);
      const [, port] = await server.expect(/ACCEPT 127\.0\.0\.1:(\d+)/);
      const asking = askSecurely(
        Number(port),
        encode("GET / HTTP/1.0\r\n\r\n"),
        OPTIONS,
      );
      if (certificate === "good") {
        assertMatch(decode(await asking), /^HTTP\/1\.0 200 ok[^]*<\/html>/i);
      } else await assertRejects(() => asking, Deno.errors.InvalidData);
    }
  },
);

/** A server in Node, which writes "part", and then ends in its own way. */
async function nodeServer(code: string): Promise<{ node: Talk; port: number }> {
  const script = `
    const tls = require("node:tls"), net = require("node:net");
    const fs = require("node:fs");
    const cert = fs.readFileSync(${JSON.stringify(CERTS + FILES.good)});
    const key = fs.readFileSync(${JSON.stringify(`${CERTS}key.pem`)});
    const server = (() => { ${code} })();
    server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));`;
  const node = new Talk("node", ["-e", script]);
  const [, port] = await node.expect(/port (\d+)/);
  return { node, port: Number(port) };
}

testWith(
  "node",
  "askSecurely() tells whether Node's server has ended, or was cut",
  async () => {
    const endings = {
      "socket.end('whole')": "whole",
      "socket.write('part', () => raw.destroy())": Deno.errors.UnexpectedEof,
    };
    for (const [ending, due] of Object.entries(endings)) {
      const { node, port } = await nodeServer(`
        const server = net.createServer({ allowHalfOpen: true }, (raw) => {
          const socket = new tls.TLSSocket(raw, { isServer: true, cert, key });
          socket.on("error", () => {});
          socket.on("data", () => {});
          socket.on("end", () => ${ending});
        });
        return server;`);
      await using _ = node;
      const asking = askSecurely(port, encode("?"), OPTIONS);
      if (typeof due === "string") assertEquals(decode(await asking), due);
      else await assertRejects(() => asking, due);
    }
  },
);

testWith(
  "node",
  "upgrade() starts TLS with Node's server, in the middle of a connection",
  async () => {
    const { node, port } = await nodeServer(`
      return net.createServer((raw) => {
        raw.once("data", (line) => {
          raw.write("220 got " + line.toString().trim() + "\\r\\n");
          const socket = new tls.TLSSocket(raw, { isServer: true, cert, key });
          socket.on("error", () => {});
          socket.on("data", (data) => socket.end(data));
        });
      });`);
    await using _ = node;
    const conn = await connectTcp(port);
    using secure = await upgrade(conn, OPTIONS);
    await writeAll(secure, encode("hello"));
    assertEquals(decode(await readToEnd(secure)), "hello");
  },
);

testWith(
  "node",
  "Node's tls is a client of lesson 24's echo, and clientHello() reads what it sent",
  async () => {
    await using server = EchoServer.overTls({ protocols: ["echo/1"] });
    await using relay = new Relay(server.port);
    await using node = new Talk("node", [
      "-e",
      `const socket = require("node:tls").connect({
        port: ${relay.port}, host: "127.0.0.1", servername: "${SERVER_NAME}",
        ca: require("node:fs").readFileSync(${JSON.stringify(CA_FILE)}),
        ALPNProtocols: ["echo/2", "echo/1"],
      }, () => { console.log(socket.alpnProtocol); socket.end("hello"); });
      socket.on("data", (data) => console.log(String(data)));`,
    ]);
    assertEquals((await node.end()).output, "echo/1\nhello\n");
    const hello = helloIn(relay);
    assertEquals(hello.serverName, SERVER_NAME);
    assertEquals(hello.protocols, ["echo/2", "echo/1"]);
  },
);
