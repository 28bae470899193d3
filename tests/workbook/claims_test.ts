/**
 * What the readings once got wrong. For each corrected claim: the lesson, what
 * it no longer says, what it says instead, and, where this machine can show it,
 * a measurement.
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { fillQueue } from "../../lessons/19_choosing/experiments.ts";
import { bindUnixDatagram, connectTcp, listenTcp } from "../../lib/net/mod.ts";
import { checksum, nextState } from "../../lib/wire/mod.ts";
import { decodeRecording } from "../../lib/xray/mod.ts";
import { fileOf, findLesson } from "../../lib/workbook/checker/catalog.ts";
import { temporaryFolder } from "../../lib/workbook/checker/temporary_folder.ts";
import { isInstalled } from "../clients/programs.ts";
import { joined } from "./text.ts";

interface Claim {
  lesson: number | "README";
  /** What is true. */
  claim: string;
  /** What the text no longer says. */
  gone?: RegExp;
  /** What it says, with single spaces. */
  says?: RegExp;
  /** Measures it. */
  proof?: () => void | Promise<void>;
  /** What the proof needs. */
  needs?: (keyof typeof HAS)[];
}

const isLinux = Deno.build.os === "linux";
const HAS = {
  Linux: isLinux,
  ss: isLinux && isInstalled("ss"),
  socat: isLinux && isInstalled("socat"),
  "a network namespace": isLinux && canIsolate(),
};

const CLAIMS: Claim[] = [
  {
    lesson: 1,
    claim: "a socket is what a program opens at an endpoint",
    gone: /socket is an endpoint/i,
    says: /socket\*\* is what your program opens/,
  },
  {
    lesson: 1,
    claim: "the address that a server binds to decides which clients reach it",
    says: /`0\.0\.0\.0` is IPv4 only[^]*dual stack[^]*::ffff:127\.0\.0\.1/,
    needs: ["a network namespace"],
    proof: async () =>
      assertEquals(await reachEach(), {
        "127.0.0.1": ["127.0.0.1", "refused", "refused"],
        "::1": ["refused", "refused", "::1"],
        "0.0.0.0": ["127.0.0.1", "192.0.2.1", "refused"],
        "::": ["::ffff:127.0.0.1", "::ffff:192.0.2.1", "::1"],
        "the default": ["127.0.0.1", "192.0.2.1", "refused"],
      }),
  },
  {
    lesson: 8,
    claim: "a refusal is about one address",
    gone: /all of these but/i,
    says: /`127\.0\.0\.1`[^.]*`::1`[^.]*`localhost`/,
    async proof() {
      using listener = listenTcp(0, { hostname: "127.0.0.1" });
      const { port } = listener.addr;
      using _conn = await connectTcp(port);
      await assertRejects(() => connectTcp(port, { hostname: "::1" }));
    },
  },
  {
    lesson: 2,
    claim: "bytes arrive before accept(), and a character may take one byte",
    gone: /more bytes than characters/i,
    says: /"🐢" takes four/,
    async proof() {
      using listener = listenTcp();
      using client = await connectTcp(listener.addr.port);
      await client.write(new TextEncoder().encode("a🐢"));
      await client.closeWrite();
      using server = await listener.accept();
      assertEquals(await server.read(new Uint8Array(9)), 5);
    },
  },
  {
    lesson: 4,
    claim: "Nagle's algorithm is on by default",
    gone: /the program that writes is the same each time/i,
    says: /by default, TCP holds back/i,
    needs: ["Linux"],
    async proof() {
      using listener = listenTcp();
      using client = await connectTcp(listener.addr.port);
      using server = await listener.accept();
      server.setNoDelay(true);
      const buffer = new Uint8Array(9);
      let longestMs = 0;
      // At first, Linux acknowledges at once.
      for (let i = 0; i < 40 && longestMs < 30; i++) {
        const start = performance.now();
        for (let n = 0; n < 2; n++) await client.write(Uint8Array.of(n));
        for (let got = 0; got < 2;) got += (await server.read(buffer))!;
        await server.write(Uint8Array.of(1));
        await client.read(buffer);
        longestMs = Math.max(longestMs, performance.now() - start);
      }
      assert(longestMs >= 30, `${longestMs} ms`);
    },
  },
  {
    lesson: 6,
    claim: "step 2 runs the loop that it shows",
    async proof() {
      const source = await Deno.readTextFile(
        fileOf(findLesson(lessons, "6"), "lesson.ts"),
      );
      assertMatch(
        source,
        /say\("for await \(const conn of listener\) talk\(conn\);"\)[^]*for await \(const conn of listener\) talks\.push\(talk\(conn\)\);/,
      );
    },
  },
  {
    lesson: 10,
    claim: "NAT changes addresses, and routers make new frames",
    gone: /stays? the same all the way|at every relay|in part 2/i,
    says: /router[^]*replaces it with a new one[^]*except for NAT/,
  },
  {
    lesson: 11,
    claim: "an old segment is unlikely to fit in, and two rules do the rest",
    gone: /doesn't fit in\b/i,
    says: /unlikely[^]*clock[^]*TIME-WAIT/i,
  },
  {
    lesson: 11,
    claim: "some resets have no ACK",
    gone: /every segment (after the first )?has ACK\./i,
    says: /ACK, except (for )?some resets/,
    async proof() {
      // A segment after a close() is answered with one.
      const file = fileOf(findLesson(lessons, "7"), "recording.jsonl");
      const { items } = decodeRecording(await Deno.readTextFile(file));
      const flags = items.flatMap((item) =>
        item.seen === "packet" ? [item.packet.flags ?? "ACK"] : []
      );
      const withoutAck = flags.filter((names) => !names.includes("ACK"));
      assert(withoutAck.includes("RST"));
      assertEquals(withoutAck.filter((names) => !/SYN|RST/.test(names)), []);
    },
  },
  {
    lesson: 11,
    claim: "a window of 64 is 64 × 1024 where the SYN says so",
    says: /64 × 1024 = 65,536 bytes[^]*window scaling/,
  },
  {
    lesson: 12,
    claim: "CLOSE leads from SYN-SENT to CLOSED",
    says: /SYN-SENT[^.]*straight to CLOSED/,
    proof: () => assertEquals(nextState("SYN-SENT", "CLOSE"), "CLOSED"),
  },
  {
    lesson: 12,
    claim: "a delayed ACK waits for 40 to 200 ms",
    says: /40 ms[^.]*200 ms/,
    needs: ["ss"],
    async proof() {
      const [, ms] = (await socketInfo()).match(/ ato:(\d+)/)!;
      assert(Number(ms) >= 40 && Number(ms) <= 200, ms);
    },
  },
  {
    lesson: 13,
    claim: "a checksum misses some damage",
    gone: /what arrives is right/i,
    proof: () =>
      assertEquals(
        checksum(Uint8Array.of(1, 2, 3, 4)),
        checksum(Uint8Array.of(3, 4, 1, 2)),
      ),
  },
  {
    lesson: 13,
    claim: "a connected UDP socket gets ECONNREFUSED",
    says: /quotes[^]*ECONNREFUSED[^]*Windows/,
    needs: ["socat"],
    async proof() {
      const closed = Deno.listenDatagram({ ...LOCAL, port: 0 });
      const { port } = closed.addr as Deno.NetAddr;
      closed.close();
      // An unconnected socket doesn't learn of it.
      const plain = Deno.listenDatagram({ ...LOCAL, port: 0 });
      for (let i = 0; i < 3; i++) {
        await plain.send(Uint8Array.of(i), { ...LOCAL, port });
      }
      plain.close();
      const socat = new Deno.Command("socat", {
        args: ["-", `UDP:127.0.0.1:${port}`],
        stdin: "piped",
        stderr: "piped",
      }).spawn();
      const input = socat.stdin.getWriter();
      await input.write(Uint8Array.of(10));
      const { stderr } = await socat.output();
      await input.close().catch(() => {});
      assertMatch(new TextDecoder().decode(stderr), /Connection refused/);
    },
  },
  {
    lesson: 13,
    claim: "in IPv6, only the sender fragments",
    says: /only the sender may fragment/,
  },
  {
    lesson: 14,
    claim: "without keep-alive, TCP never notices a pulled cable",
    gone: /always (notices|reports|tells)/i,
    says: /cable[^]*keep-alive[^]*open forever/,
  },
  {
    lesson: 16,
    claim: "it takes three duplicate ACKs, and a zero window needs probes",
    gone: /three ACKs of|TCP does the same in the system/i,
    says: /window is 0[^]*probe[^]*duplicate ACKs/,
  },
  {
    lesson: 16,
    claim: "`ss -ti` says which congestion control a connection uses",
    says: /`ss -ti`/,
    needs: ["ss"],
    async proof() {
      const file = "/proc/sys/net/ipv4/tcp_congestion_control";
      const name = (await Deno.readTextFile(file)).trim();
      assertMatch(await socketInfo(), new RegExp(` ${name} `));
    },
  },
  {
    lesson: 19,
    claim: "a queue holds one message more than net.unix.max_dgram_qlen",
    says: /net\.unix\.max_dgram_qlen/,
    needs: ["Linux"],
    async proof() {
      const file = "/proc/sys/net/unix/max_dgram_qlen";
      const setting = Number(await Deno.readTextFile(file));
      await using folder = await temporaryFolder();
      using server = await bindUnixDatagram(`${folder.path}/server.sock`);
      using client = await bindUnixDatagram(`${folder.path}/a.sock`);
      const send = () => client.send(Uint8Array.of(1), server.addr);
      const { taken, waiting } = await fillQueue(send);
      assertEquals(taken, setting + 1);
      await server.receive();
      await waiting;
    },
  },
  {
    lesson: 21,
    claim: "the run sends the datagrams whose size it tells",
    async proof() {
      const source = await Deno.readTextFile(
        fileOf(findLesson(lessons, "21"), "lesson.ts"),
      );
      assertMatch(
        source,
        /const cut = await exchange\(port, query\);\s+show\.fact\("bytes over UDP", cut\.length\)/,
      );
    },
  },
  {
    lesson: 21,
    claim: "the id isn't a flag",
    gone: /the flags[^.]*and the id\b/i,
    says: /- The flags:[^]*- The id/,
  },
  {
    lesson: 22,
    claim: "redis-cli uses the learner's code with --mine",
    says: /`--mine`/,
  },
  {
    lesson: "README",
    claim: "plain `deno test` checks what needs no socket",
    says: /`deno test` checks only the answers that don't need a socket/i,
  },
];

const LOCAL = { transport: "udp", hostname: "127.0.0.1" } as const;

for (const { lesson, claim, gone, says, proof, needs = [] } of CLAIMS) {
  const missing = needs.filter((need) => !HAS[need]);
  const where = lesson === "README" ? "README" : `lesson ${lesson}`;
  Deno.test(`${where} is right: ${claim}`, async () => {
    const file = lesson === "README"
      ? new URL("../../README.md", import.meta.url)
      : fileOf(findLesson(lessons, String(lesson)), "README.md");
    const text = joined(await Deno.readTextFile(file));
    assert(!gone?.test(text), `it says: ${text.match(gone!)?.[0]}`);
    assert(says?.test(text) ?? true, `it doesn't say: ${says}`);
  });
  if (proof === undefined) continue;
  const note = missing.length === 0 ? "" : ` (ignored: needs ${missing})`;
  Deno.test({
    name: `it is true that ${claim}${note}`,
    ignore: missing.length > 0,
    fn: proof,
  });
}

/** What `ss` says of a connection over which a few messages have gone. */
async function socketInfo(): Promise<string> {
  using listener = listenTcp();
  const { port } = listener.addr;
  using client = await connectTcp(port);
  using server = await listener.accept();
  const buffer = new Uint8Array(9);
  for (let i = 0; i < 20; i++) {
    for (const [from, to] of [[client, server], [server, client]]) {
      await from.write(Uint8Array.of(i));
      await to.read(buffer);
    }
  }
  const { stdout } = await new Deno.Command("ss", {
    args: ["-tinH", "state", "established", `sport = :${port}`],
  }).output();
  return new TextDecoder().decode(stdout);
}

/** Whether programs can run in a network that this machine doesn't share. */
function canIsolate(): boolean {
  if (!isInstalled("unshare") || !isInstalled("ip")) return false;
  const { success } = new Deno.Command("unshare", {
    args: ["-rn", "ip", "link", "set", "lo", "up"],
    stderr: "null",
  }).outputSync();
  return success;
}

/**
 * Binds to each address, and connects to three: over loopback, to an address
 * that others can reach, and over IPv6. It happens in a network of its own, so
 * that nothing else can connect.
 *
 * @returns For each address, how the server sees each client.
 */
async function reachEach(): Promise<Record<string, string[]>> {
  const program = `
    const seen = {};
    for (const hostname of ["127.0.0.1", "::1", "0.0.0.0", "::", undefined]) {
      using listener = Deno.listen({ hostname, port: 0 });
      const { port } = listener.addr;
      const results = seen[hostname ?? "the default"] = [];
      for (const to of ["127.0.0.1", "192.0.2.1", "::1"]) {
        try {
          using client = await Deno.connect({ hostname: to, port });
          using server = await listener.accept();
          results.push(server.remoteAddr.hostname);
        } catch (error) {
          if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
          results.push("refused");
        }
      }
    }
    console.log(JSON.stringify(seen));`;
  const { stdout } = await new Deno.Command("unshare", {
    args: [
      ...["-rn", "sh", "-c"],
      'ip link set lo up && ip addr add 192.0.2.1/32 dev lo && exec "$@"',
      ...["sh", Deno.execPath(), "eval", program],
    ],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
