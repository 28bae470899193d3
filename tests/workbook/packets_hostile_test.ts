/** What peers sent doesn't act on the terminal that shows their packets. */
import { assert, assertEquals } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import {
  encodePacket,
  encodePcap,
  LINK_TYPES,
  type PacketFields,
} from "../../lib/wire/mod.ts";
import { runCommand } from "../../lib/workbook/cli/run_command.ts";
import { assertHarmless, hostileMessages } from "../hostile.ts";
import { callCommand } from "./call.ts";

const CLIENT = "127.0.0.1";
const SERVER = "127.0.0.2";
/** Of HTTP, DNS, TLS, Redis, and of nothing in particular. */
const PORTS = [80, 53, 443, 6379, 7000];
/** What a datagram has room for. */
const MAX_BYTES = 1400;

/** Each message from a client, and back from the server, over TCP and UDP. */
function conversations(): PacketFields[] {
  return PORTS.flatMap((destinationPort) =>
    Object.values(hostileMessages(destinationPort)).flatMap((parts, i) =>
      ["tcp", "udp"].flatMap((protocol) => {
        const sourcePort = 50_000 + i;
        const forth = { sourcePort, destinationPort };
        const back = {
          sourcePort: destinationPort,
          destinationPort: sourcePort,
        };
        const there = { version: 4, source: CLIENT, destination: SERVER };
        const home = { version: 4, source: SERVER, destination: CLIENT };
        let sequence = 1;
        return parts.flatMap((part) => {
          const payload = part.subarray(0, MAX_BYTES);
          const at = sequence;
          sequence += payload.length;
          return [{ ip: there, ports: forth }, { ip: home, ports: back }].map(
            ({ ip, ports }) => ({
              ip,
              ...protocol === "udp" ? { udp: ports } : {
                tcp: {
                  ...ports,
                  sequence: at,
                  acknowledgment: at,
                  flags: { psh: true, ack: true },
                },
              },
              payload,
            } as PacketFields),
          );
        });
      })
    )
  );
}

const stdin = encodePcap(
  conversations().map((fields, i) => ({
    bytes: encodePacket(fields),
    time: { seconds: 0, nanoseconds: i * 1000 },
  })),
  { linkType: LINK_TYPES.RAW },
);

async function show(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await callCommand(
    { runCommand, lessons },
    ["packets", "-", ...args],
    { stdin },
  );
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

for (const args of [[], ["--json"], ["--raw"]]) {
  Deno.test(`packets ${args.join(" ")} shows nothing that a terminal obeys`, async () => {
    const text = await show(...args);
    assert(text.split("\n").length > 300);
    assertHarmless(text, `packets ${args.join(" ")}`);
  });
}

for (const option of ["--follow", "--box"]) {
  Deno.test(
    `packets ${option} shows nothing that a terminal obeys, for each of them`,
    {
      // Each call handles a signal, and Deno takes a moment to end that.
      sanitizeOps: false,
    },
    async () => {
      // One of each protocol and message: what's said goes by the port.
      const list = (await show("--json")).trim().split("\n");
      const { length } = list;
      for (let number = 1; number <= length; number += length / 80 | 0) {
        const { conversation = 1 } = JSON.parse(list[number - 1]);
        const text = await show(
          option,
          String(option === "--box" ? number : conversation),
        );
        assertHarmless(text, `packets ${option} ${number}`);
      }
    },
  );
}
