import { assertEquals, assertMatch } from "@std/assert";
import { useCopy } from "../workbook/workbook_copy.ts";
import { readToEnd } from "../../lib/net/mod.ts";
import { testWithPackages } from "./npm.ts";
import { startWeb } from "./start_web.ts";

const copy = useCopy();

/** A request of a page of ours, but for what a case changes. */
interface Request {
  line?: string;
  host?: string;
  origin?: string | null;
  token?: string | null;
  body?: string;
}

const RUN = "POST /api/run HTTP/1.1";

/** Each request, and the status line that answers it. */
const CASES: [name: string, request: Request, status: RegExp][] = [
  ["a page", {}, /^HTTP\/1\.1 200/],
  ["a page by another name", { host: "workbook.example" }, /^HTTP\/1\.1 403/],
  ["a page by localhost", { host: "localhost" }, /^HTTP\/1\.1 403/],
  ["a command", { line: RUN }, /^HTTP\/1\.1 400/],
  [
    "a command by another name",
    { line: RUN, host: "workbook.example" },
    /^HTTP\/1\.1 403/,
  ],
  [
    "a command from another site",
    { line: RUN, origin: "https://example.org" },
    /^HTTP\/1\.1 403/,
  ],
  ["a command from nowhere", { line: RUN, origin: null }, /^HTTP\/1\.1 403/],
  [
    "a command with a forged token",
    { line: RUN, token: "0" },
    /^HTTP\/1\.1 403/,
  ],
  ["a command without a token", { line: RUN, token: null }, /^HTTP\/1\.1 403/],
  ["another method", { line: "PUT / HTTP/1.1" }, /^HTTP\/1\.1 405/],
  [
    "no command of ours",
    { line: "POST /api/eval HTTP/1.1" },
    /^HTTP\/1\.1 404/,
  ],
  ["a file elsewhere", {
    line: "GET /files/lib/../deno.json HTTP/1.1",
  }, /^HTTP\/1\.1 404/],
  ["a file above", {
    line: "GET /files/lib/%2e%2e/%2e%2e/etc/passwd HTTP/1.1",
  }, /^HTTP\/1\.1 404/],
  ["a solution", {
    line: "GET /files/lessons/03_echo/solution.ts HTTP/1.1",
  }, /^HTTP\/1\.1 404/],
  ["a solution too early", { line: "GET /solution/3.1 HTTP/1.1" }, /403/],
];

testWithPackages(
  "the server answers its own pages only, and runs no command of others",
  async () => {
    await using started = await startWeb(copy());
    const { url } = started;
    const page = await (await fetch(url)).text();
    const token = page.match(/data-token="(\w+)"/)![1];
    for (const [name, request, status] of CASES) {
      const response = await send(url, { token, ...request });
      assertMatch(response, status, name);
      assertMatch(
        response,
        /content-security-policy: default-src 'none'/i,
        name,
      );
    }
  },
);

testWithPackages("two servers have two tokens", async () => {
  const tokens: string[] = [];
  for (let i = 0; i < 2; i++) {
    await using started = await startWeb(copy());
    const page = await (await fetch(started.url)).text();
    tokens.push(page.match(/data-token="(\w+)"/)![1]);
  }
  assertEquals(new Set(tokens).size, 2);
});

/** Sends a request as it is: `fetch` wouldn't let us forge a host. */
async function send(url: string, request: Request): Promise<string> {
  const { host, port, hostname } = new URL(url);
  const { line = "GET / HTTP/1.1", body = "{}" } = request;
  const { origin = `http://${host}`, token } = request;
  const lines = [
    line,
    `host: ${request.host ?? host}`,
    ...(origin === null ? [] : [`origin: ${origin}`]),
    ...(token === null ? [] : [`x-workbook-token: ${token}`]),
    ...(line.startsWith("GET") ? [] : [`content-length: ${body.length}`]),
    "connection: close",
    "",
    line.startsWith("GET") ? "" : body,
  ];
  using conn = await Deno.connect({ hostname, port: Number(port) });
  await conn.write(new TextEncoder().encode(lines.join("\r\n")));
  return new TextDecoder().decode(await readToEnd(conn));
}
