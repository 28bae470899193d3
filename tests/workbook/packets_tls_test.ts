/** What `deno task packets` says of a ClientHello, and how it draws one. */
import { assertEquals, assertMatch } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { FROM_DENO } from "../../lessons/24_tls/checks/hellos.ts";
import {
  encodePacket,
  encodePcap,
  encodeTlsRecord,
  LINK_TYPES,
} from "../../lib/wire/mod.ts";
import { runCommand } from "../../lib/workbook/cli/run_command.ts";
import { callCommand } from "./call.ts";

const HELLO = encodeTlsRecord({
  contentType: 22,
  version: 0x0301,
  fragment: FROM_DENO.fragment,
});

/** Shows packets of TCP, each with some data. */
async function show(data: Uint8Array[], ...args: string[]): Promise<string> {
  const stdin = encodePcap(
    data.map((payload) => ({
      bytes: encodePacket({
        ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
        tcp: {
          sourcePort: 50000,
          destinationPort: 443,
          flags: { psh: true, ack: true },
        },
        payload,
      }),
      time: { seconds: 0, nanoseconds: 0 },
    })),
    { linkType: LINK_TYPES.RAW },
  );
  const { code, stdout, stderr } = await callCommand(
    { runCommand, lessons },
    ["packets", "-", ...args],
    { stdin },
  );
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

Deno.test("packets names the server that a ClientHello is for, and alerts", async () => {
  const alert = new Uint8Array([21, 3, 3, 0, 2, 2, 70]);
  const records = (await show([HELLO, alert], "--json")).trimEnd().split("\n");
  assertEquals(records.map((line) => JSON.parse(line).application), [
    "TLS Client Hello for echo.localhost",
    "TLS Alert: fatal, protocol_version",
  ]);
});

Deno.test("packets --box says what a ClientHello offers", async () => {
  const box = await show([HELLO], "--box=1");
  const expected = {
    "versions": "TLS 1.3, TLS 1.2",
    "server name \\(SNI\\)": "echo\\.localhost",
    "protocols \\(ALPN\\)": "h2, http/1\\.1",
    "cipher suites": "TLS_AES_256_GCM_SHA384",
  };
  for (const [name, value] of Object.entries(expected)) {
    assertMatch(box, new RegExp(`^${name} +${value}`, "m"));
  }
});

Deno.test("packets --box says what the start of a ClientHello offers", async () => {
  const box = await show([HELLO.subarray(0, 120)], "--box=1");
  assertMatch(box, /^cipher suites +TLS_AES_256_GCM_SHA384/m);
});

Deno.test("packets --box draws no ClientHello where there is none", async () => {
  const box = await show([new TextEncoder().encode("GET /\r\n")], "--box=1");
  assertEquals(box.includes("Client Hello"), false);
});
