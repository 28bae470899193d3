/**
 * A program that tells events as a lesson does, and uses every kind of socket,
 * by Deno's own functions and by those of Node. It looks up names, which makes
 * the runtime open sockets of its own, and starts a program that has some too.
 */
import dgram from "node:dgram";
import net from "node:net";
import { Narrator } from "../../lib/show/mod.ts";

const folder = Deno.args[Deno.args.indexOf("--folder") + 1];
const hostname = "127.0.0.1";
const bytes = new TextEncoder().encode("hello");
const show = new Narrator((event) => {
  const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
  Deno.stdout.writeSync(line);
});

show.lesson({ number: 99, title: "Kinds", claim: "Every kind is followed." });

show.step("tcp");
{
  using listener = Deno.listen({ hostname, port: 0 });
  show.fact("tcp", `${hostname}:${listener.addr.port}`);
  await talk(
    await Deno.connect({ hostname, port: listener.addr.port }),
    await listener.accept(),
  );
}

show.step("udp");
{
  const udp = { transport: "udp", hostname, port: 0 } as const;
  const a = Deno.listenDatagram(udp);
  const b = Deno.listenDatagram(udp);
  show.fact("a", `${hostname}:${(a.addr as Deno.NetAddr).port}`);
  await a.send(bytes, b.addr);
  await b.receive();
  a.close();
  b.close();
}

show.step("unix");
{
  const path = `${folder}/stream.sock`;
  using listener = Deno.listen({ transport: "unix", path });
  await talk(
    await Deno.connect({ transport: "unix", path }),
    await listener.accept(),
  );
}

show.step("unixpacket");
{
  const [a, b] = ["a", "b"].map((name) =>
    Deno.listenDatagram({
      transport: "unixpacket",
      path: `${folder}/${name}.sock`,
    })
  );
  await a.send(bytes, b.addr);
  await b.receive();
  a.close();
  b.close();
}

show.step("node:net");
await new Promise<void>((resolve) => {
  const server = net.createServer((conn) => {
    conn.on("data", (data) => conn.end(data));
  });
  server.on("close", resolve);
  server.listen(0, hostname, () => {
    const { port } = server.address() as net.AddressInfo;
    const client = net.connect(port, hostname, () => client.write("hello"));
    client.on("data", () => {});
    client.on("end", () => client.end());
    client.on("close", () => server.close());
  });
});

show.step("node:dgram");
await new Promise<void>((resolve) => {
  const socket = dgram.createSocket("udp4");
  socket.on("message", () => socket.close(() => resolve()));
  socket.bind(0, hostname, () => {
    socket.send("hi", socket.address().port, hostname);
  });
});

show.step("nobody's");
// A name that needs a look-up, and a program that opens sockets.
await Deno.connect({ hostname: "localhost", port: 1 }).catch(() => {});
await new Deno.Command(Deno.execPath(), {
  args: ["eval", "Deno.listen({ hostname: '127.0.0.1', port: 0 }).close()"],
  stdout: "null",
}).output();

/** One message, and its end. */
async function talk(client: Deno.Conn, server: Deno.Conn): Promise<void> {
  await client.write(bytes);
  await server.read(new Uint8Array(64));
  await client.closeWrite();
  await server.read(new Uint8Array(64));
  server.close();
  client.close();
}
