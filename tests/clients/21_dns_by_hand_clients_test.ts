import { assertEquals, assertMatch } from "@std/assert";
import { askDns } from "../../lessons/21_dns_by_hand/client.ts";
import { DNS_TYPES, type DnsRecord } from "../../lib/wire/mod.ts";
import { quietPort } from "../lib/net_fixture.ts";
import { isInstalled, Talk, testWith } from "./programs.ts";

const LONG = Array.from(
  { length: 12 },
  (_, i) => `${i}`.repeat(100).slice(0, 100),
);

/** A real server on a port of its own, which asks nobody else. */
async function startDnsmasq() {
  // dnsmasq has no way to ask for a free port.
  const port = quietPort();
  const child = new Deno.Command("dnsmasq", {
    args: [
      ...["--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null"],
      ...["--listen-address=127.0.0.1", "--bind-interfaces", `--port=${port}`],
      ...["--user=", "--pid-file=", "--local=/test/"],
      ...[
        "--address=/host.test/192.0.2.10",
        "--address=/host.test/2001:db8::10",
      ],
      ...["--txt-record=note.test,some words", "--cname=www.test,base.test"],
      ...["--cname=alias.test,www.test", "--host-record=base.test,192.0.2.20"],
      ...LONG.map((text) => `--txt-record=long.test,${text}`),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let i = 0;; i++) {
    try {
      await askDns(port, "host.test", 1, { timeoutMs: 200, attempts: 1 });
      break;
    } catch (error) {
      if (i === 50) {
        child.kill("SIGKILL");
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

async function dig(port: number, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("dig", {
    args: ["@127.0.0.1", "-p", String(port), "+tries=2", "+time=5", ...args],
  }).output();
  return new TextDecoder().decode(stdout);
}

/** A record as dig +short writes it. */
function short({ data }: DnsRecord): string {
  switch (data.kind) {
    case "A":
    case "AAAA":
      return data.address;
    case "CNAME":
      return `${data.name}.`;
    case "TXT":
      return data.texts.map((text) => `"${new TextDecoder().decode(text)}"`)
        .join(" ");
    default:
      return data.kind;
  }
}

const both = isInstalled("dnsmasq") && isInstalled("dig") ? "dig" : "dnsmasq";

testWith(both, "lesson 21 asks dnsmasq, and agrees with dig", async () => {
  await using server = await startDnsmasq();
  const cases = [
    ["host.test", "A", 0, 1],
    ["host.test", "AAAA", 0, 1],
    ["note.test", "TXT", 0, 1],
    ["www.test", "A", 0, 2],
    ["alias.test", "A", 0, 3],
    ["nobody.test", "A", 3, 0],
    ["long.test", "TXT", 0, 12],
  ] as const;
  for (const [name, type, rcode, count] of cases) {
    const asked = await askDns(server.port, name, DNS_TYPES[type]);
    assertEquals(asked.message.rcode, rcode, name);
    assertEquals(asked.message.answers.length, count, name);
    assertEquals(asked.transport, name === "long.test" ? "tcp" : "udp", name);
    const lines = (await dig(server.port, "+short", "+noedns", name, type))
      .split("\n").filter((line) => line !== "" && !line.startsWith(";"));
    assertEquals(asked.message.answers.map(short).sort(), lines.sort());
    const status = await dig(server.port, "+noedns", name, type);
    assertMatch(status, rcode === 3 ? /NXDOMAIN/ : /NOERROR/);
  }
});

testWith("dig", "lesson 21 --serve answers dig", async () => {
  await using server = Talk.lesson(21, "--port", "0");
  const [, port] = await server.expect(/-p (\d+) host/);
  const ask = async (...args: string[]) => await dig(Number(port), ...args);
  assertEquals(await ask("+short", "host.example.test", "A"), "192.0.2.10\n");
  assertEquals(
    await ask("+short", "alias.example.test", "AAAA"),
    "www.example.test.\nhost.example.test.\n2001:db8::10\n",
  );
  assertEquals(
    await ask("+short", "note.example.test", "TXT"),
    '"zw\\195\\182lf words" "and more"\n',
  );
  const none = await ask("nobody.example.test");
  assertMatch(none, /status: NXDOMAIN/);
  assertMatch(none, /flags: qr aa/);
  assertMatch(none, /SOA\s+ns\.example\.test\. admin\.example\.test\. 1 3600/);
  assertMatch(await ask("example.org"), /status: REFUSED/);
  const long = await ask("+noedns", "long.example.test", "TXT");
  assertMatch(long, /Truncated, retrying in TCP mode/);
  assertMatch(long, /ANSWER: 10/);
  const edns = await ask("long.example.test", "TXT");
  assertMatch(edns, /EDNS: version: 0, flags:; udp: 1232\n/);
  assertMatch(edns, /ANSWER: 10/);
  assertMatch(edns, /\(UDP\)\n[^]*MSG SIZE +rcvd: 1176/);
  const small = await ask("+bufsize=600", "long.example.test", "TXT");
  assertMatch(small, /Truncated, retrying in TCP mode/);
  assertMatch(
    await ask("+edns=1", "+noednsneg", "host.example.test"),
    /BADVERS/,
  );

  const any = await ask("host.example.test", "ANY");
  assertMatch(any, /status: NOERROR/);
  assertMatch(any, /IN\s+A\s+192\.0\.2\.10\n/);
  assertMatch(any, /IN\s+AAAA\s+2001:db8::10\n/);
  assertEquals(
    await ask("+short", "www.example.test", "ANY"),
    "host.example.test.\n",
  );
  const mx = await ask("www.example.test", "MX");
  assertMatch(mx, /status: NOERROR/);
  assertMatch(mx, /ANSWER: 1, AUTHORITY: 1/);
  assertMatch(mx, /CNAME\s+host\.example\.test\.\n/);
  assertMatch(mx, /SOA\s+ns\.example\.test\./);
  const zone = await ask("example.test", "AXFR");
  assertMatch(zone, /Transfer failed/);
  assertMatch(await ask("+tcp", "example.test", "IXFR=1"), /Transfer failed/);
  const dot = await ask("a\\.example.test", "A");
  assertMatch(dot, /QUESTION SECTION:\n;a\\\.example\.test\./);
  assertMatch(dot, /status: REFUSED/);
  const notify = await ask("+opcode=NOTIFY", "example.test", "SOA");
  assertMatch(notify, /status: NOTIMP/);
  const malformed = await ask("+header-only");
  assertMatch(malformed, /status: FORMERR/);
  server.kill("SIGINT");
  assertEquals((await server.end()).code, 0);
});
