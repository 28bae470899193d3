/**
 * Makes the captures in this folder anew: Deno sockets on loopback, with tcpdump
 * or dumpcap listening. It needs Linux, root, tcpdump, dumpcap, tc and unshare:
 *
 *     deno run -A tests/captures/make.ts
 *
 * It runs itself in a network namespace of its own, so that nothing else is on
 * its loopback interface, and slowing that one down slows down nobody. Nothing
 * can leave it: loopback is the only interface there is.
 *
 * @module
 */

import { connect as connectNode } from "node:net";
import { readExact } from "../../lib/net/read.ts";
import {
  CaptureParser,
  Conversations,
  decodePacket,
  type Packet,
} from "../../lib/wire/mod.ts";

const FOLDER = new URL("./", import.meta.url);
const encoder = new TextEncoder();

/** One capture: how to listen, what to do meanwhile, and when it is enough. */
interface Scenario {
  /** The program that captures to its standard output. */
  command: string[];
  /** What it prints once it listens. */
  ready: string;
  /** Makes the traffic. */
  run(): Promise<void>;
  /** Whether all of it has been captured. */
  isDone(packets: Packet[]): boolean;
}

/**
 * In immediate mode each packet takes as much of the buffer as the longest one
 * could, so the usual 2 MiB hold eight; with 32 MiB none is dropped.
 */
const TCPDUMP = [
  ...["tcpdump", "--immediate-mode", "-B", "32768"],
  ...["-U", "-w", "-"],
];
const LOOPBACK = [...TCPDUMP, "-i", "lo"];

const scenarios: Record<string, Scenario> = {
  "echo.pcap": onLoopback(() => echo("127.0.0.1"), allClosed),
  "echo_ipv6.pcap": {
    ...onLoopback(() => echo("::1"), allClosed),
    command: [...LOOPBACK, "--time-stamp-precision", "nano"],
  },
  "echo_cut.pcap": {
    ...onLoopback(() => echo("127.0.0.1", "x".repeat(200)), allClosed),
    command: [...LOOPBACK, "-s", "96"],
  },
  "echo_any.pcap": {
    ...onLoopback(() => echo("127.0.0.1"), allClosed),
    command: [...TCPDUMP, "-i", "any", "-y", "LINUX_SLL2"],
  },
  "echo_any_v1.pcap": {
    ...onLoopback(() => echo("::1"), allClosed),
    command: [...TCPDUMP, "-i", "any", "-y", "LINUX_SLL"],
  },
  "echo.pcapng": {
    ...onLoopback(() => echo("127.0.0.1"), allClosed),
    // Two interfaces, so each packet comes twice, with different headers.
    command: ["dumpcap", "-i", "lo", "-i", "any", "-w", "-"],
    ready: "File:",
    isDone: (packets) =>
      [1, 2].every((id) =>
        allClosed(
          packets.filter(({ link }) =>
            (link?.kind === "cooked") === (id === 2)
          ),
        )
      ),
  },
  "half_close.pcap": onLoopback(halfClose, allClosed),
  "reset.pcap": onLoopback(reset, endsWith("reset")),
  "refused.pcap": onLoopback(refused, endsWith("refused")),
  "both_close.pcap": onLoopback(bothClose, allClosed),
  "retransmission.pcap": onLoopback(retransmission, allClosed),
  "udp.pcap": onLoopback(datagrams, (packets) => packets.length === 6),
};

if (Deno.args[0] === "--inside") await makeAll();
else await startInside();

/** Starts this program again where loopback belongs to it alone. */
async function startInside(): Promise<void> {
  const inside = `ip link set lo up && exec "$0" run -A "$1" --inside`;
  const args = ["-n", "sh", "-c", inside, Deno.execPath(), import.meta.url];
  const { code } = await new Deno.Command("unshare", { args }).spawn().status;
  Deno.exit(code);
}

async function makeAll(): Promise<void> {
  for (const [name, scenario] of Object.entries(scenarios)) {
    const { bytes, packets } = await capture(scenario);
    await Deno.writeFile(new URL(name, FOLDER), bytes);
    const conversations = new Conversations();
    packets.forEach((packet) => conversations.add(packet));
    console.log(name, bytes.length, "bytes,", packets.length, "packets");
    for (const { ending } of conversations.list) console.log("  ", ending);
  }
}

async function capture(
  scenario: Scenario,
): Promise<{ bytes: Uint8Array; packets: Packet[] }> {
  const [program, ...args] = scenario.command;
  const child = new Deno.Command(program, {
    args,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const listening = Promise.withResolvers<void>();
  const heard = (async () => {
    for await (
      const text of child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      said += text;
      if (said.includes(scenario.ready)) listening.resolve();
    }
    listening.reject(new Error(`${program} ended: ${said}`));
  })();
  await listening.promise;
  const traffic = scenario.run();

  const parser = new CaptureParser();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const packets: Packet[] = [];
  let stopped = false;
  for await (const chunk of child.stdout) {
    chunks.push(chunk);
    for (const captured of parser.push(chunk)) {
      packets.push(decodePacket(captured.bytes, captured.linkType, captured));
    }
    if (!stopped && scenario.isDone(packets)) {
      stopped = true;
      child.kill("SIGINT");
    }
  }
  parser.end();
  await Promise.all([traffic, child.status, heard]);
  await fullSpeed();
  return {
    bytes: new Uint8Array(await new Blob(chunks).arrayBuffer()),
    packets,
  };
}

function onLoopback(
  run: () => Promise<void>,
  isDone: (packets: Packet[]) => boolean,
): Scenario {
  return { command: LOOPBACK, ready: "listening on", run, isDone };
}

function endings(packets: Packet[]): string[] {
  const conversations = new Conversations();
  packets.forEach((packet) => conversations.add(packet));
  return conversations.list.map(({ ending }) => ending.how);
}

function allClosed(packets: Packet[]): boolean {
  const all = endings(packets);
  return all.length > 0 && all.every((how) => how === "closed");
}

function endsWith(how: string): (packets: Packet[]) => boolean {
  return (packets) => endings(packets).includes(how);
}

/** Two connected sockets. The listener is closed already. */
async function pair(hostname: string): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const [client, server] = await Promise.all([
    Deno.connect({ hostname, port }),
    listener.accept(),
  ]);
  return [client, server];
}

/** Says one thing, and hears it come back; then the client closes first. */
async function echo(hostname: string, text = "hello\n"): Promise<void> {
  const [client, server] = await pair(hostname);
  await client.write(encoder.encode(text));
  await server.write(await readExact(server, text.length));
  await readExact(client, text.length);
  client.close();
  await server.read(new Uint8Array(1));
  server.close();
}

/** The client ends its side; the server still answers. */
async function halfClose(): Promise<void> {
  const [client, server] = await pair("127.0.0.1");
  await client.write(encoder.encode("question\n"));
  await client.closeWrite();
  await readExact(server, 9);
  await server.read(new Uint8Array(1));
  await server.write(encoder.encode("first answer\n"));
  await readExact(client, 13);
  await server.write(encoder.encode("second answer\n"));
  await readExact(client, 14);
  server.close();
  await client.read(new Uint8Array(1));
  client.close();
}

/** The client leaves by a reset. Only Deno's Node side can do that for sure. */
async function reset(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = connectNode(listener.addr.port, "127.0.0.1");
  using server = await listener.accept();
  client.write("hello\n");
  await readExact(server, 6);
  client.resetAndDestroy();
  await server.read(new Uint8Array(1)).catch(() => null);
}

/** Nobody listens there: in this namespace no other program takes the port. */
async function refused(): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => null);
}

/**
 * Both end their sides while the other's FIN is still on its way. Loopback
 * delivers at once, so it is slowed down: after a first exchange has used up
 * what may go at once, each segment takes 16 ms.
 */
async function bothClose(): Promise<void> {
  const [client, server] = await pair("127.0.0.1");
  await slow("rate 32kbit burst 200 limit 10000");
  await client.write(encoder.encode("bye\n"));
  await readExact(server, 4);
  await server.write(encoder.encode("bye\n"));
  await readExact(client, 4);
  await Promise.all([client.closeWrite(), server.closeWrite()]);
  await Promise.all([
    client.read(new Uint8Array(1)),
    server.read(new Uint8Array(1)),
  ]);
  client.close();
  server.close();
}

/**
 * An acknowledgment comes so late that the data is sent again: once the data
 * has gone, 20 bytes more may go at once, and the other 46 of the segment with
 * the acknowledgment have to wait 230 ms. The sender waits about 205 ms.
 */
async function retransmission(): Promise<void> {
  const [client, server] = await pair("127.0.0.1");
  await slow("rate 1600bit burst 95 limit 10000");
  await client.write(encoder.encode("question\n")); // 75 bytes with all headers
  await readExact(server, 9);
  // By then it has been sent again, and has arrived for the second time.
  await new Promise((resolve) => setTimeout(resolve, 600));
  await slow("rate 1mbit burst 1000 limit 10000");
  await server.write(encoder.encode("answer\n"));
  await readExact(client, 7);
  client.close();
  await server.read(new Uint8Array(1));
  server.close();
}

/** A message, an empty one, an answer, and one to a port where nobody is. */
async function datagrams(): Promise<void> {
  const client = socket("127.0.0.1");
  const server = socket("127.0.0.1");
  const six = socket("::1");
  const dead = socket("127.0.0.1");
  const { addr: nobody } = dead;
  dead.close();
  await client.send(encoder.encode("hello\n"), server.addr);
  await server.receive();
  await client.send(new Uint8Array(0), server.addr);
  await server.receive();
  await server.send(encoder.encode("and to you\n"), client.addr);
  await client.receive();
  await six.send(encoder.encode("over IPv6\n"), six.addr);
  await six.receive();
  await client.send(encoder.encode("anybody?\n"), nobody); // comes back as ICMP
  client.close();
  server.close();
  six.close();
}

function socket(hostname: string): Deno.DatagramConn {
  return Deno.listenDatagram({ hostname, port: 0, transport: "udp" });
}

/** Makes loopback as slow as the token bucket filter of tc is told to. */
async function slow(limits: string): Promise<void> {
  const args = `qdisc replace dev lo root tbf ${limits}`.split(" ");
  const { success } = await new Deno.Command("tc", { args }).spawn().status;
  if (!success) throw new Error(`tc ${args.join(" ")} failed`);
}

/** Takes the filter away, if there is one, and what still waits in it. */
async function fullSpeed(): Promise<void> {
  const args = ["qdisc", "del", "dev", "lo", "root"];
  await new Deno.Command("tc", { args, stderr: "null" }).output();
}
