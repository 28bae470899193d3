/**
 * A program that reports events as a lesson does, and makes the kernel send what
 * no call asks for: resets of clients that nobody accepted, ICMP, and fragments.
 */
import { Narrator } from "../../lib/show/mod.ts";
import { startCapture } from "../../lib/xray/capture.ts";

const hostname = "127.0.0.1";
const show = new Narrator((event) => {
  const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
  Deno.stdout.writeSync(line);
});

show.lesson({ number: 98, title: "Odd", claim: "All of it is shown." });

const isIpv6 = hasIpv6();

show.step("a queue");
{
  const listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const clients = [
    await Deno.connect({ hostname, port }),
    await Deno.connect({ hostname, port }),
    await Deno.connect({ hostname, port }),
  ];
  const accepted = await listener.accept();
  listener.close();
  for (const conn of [...clients, accepted]) conn.close();
}

show.step("icmp");
{
  const gone = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const { addr } = gone;
  gone.close();
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  show.sockets({ sender: socket });
  await socket.send(new TextEncoder().encode("anybody?"), addr);
  socket.close();
}

show.step("a capture");
{
  const capture = await startCapture();
  const udp = { transport: "udp", hostname, port: 0 } as const;
  const socket = Deno.listenDatagram(udp);
  await socket.send(new TextEncoder().encode("shown"), socket.addr);
  await socket.receive();
  socket.close();
  await capture.stop();
}

if (isIpv6) {
  show.step("fragments");
  const udp6 = { transport: "udp", hostname: "::1", port: 0 } as const;
  const from = Deno.listenDatagram(udp6);
  const to = Deno.listenDatagram(udp6);
  await from.send(new Uint8Array(65_507), to.addr);
  await to.receive(new Uint8Array(65_507));
  from.close();
  to.close();
}

/** Whether this machine has the loopback address of IPv6. */
function hasIpv6(): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
