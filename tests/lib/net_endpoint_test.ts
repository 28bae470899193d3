import { assertEquals, assertThrows } from "@std/assert";
import {
  type Endpoint,
  endpointOf,
  formatAddress,
  formatEndpoint,
  parseEndpoint,
} from "../../lib/net/endpoint.ts";
import { noUnixSockets, temporaryFolder, testIpv6 } from "./net_fixture.ts";

/** Written forms that parse, each with its value; every one is also what formatEndpoint writes. */
const GOOD: [text: string, endpoint: Endpoint][] = [
  [
    "tcp://127.0.0.1:7000",
    { protocol: "tcp", hostname: "127.0.0.1", port: 7000 },
  ],
  ["tcp://0.0.0.0:0", { protocol: "tcp", hostname: "0.0.0.0", port: 0 }],
  [
    "udp://255.255.255.255:65535",
    { protocol: "udp", hostname: "255.255.255.255", port: 65535 },
  ],
  ["udp://[::1]:53", { protocol: "udp", hostname: "::1", port: 53 }],
  ["tcp://[::]:80", { protocol: "tcp", hostname: "::", port: 80 }],
  [
    "tcp://[2001:DB8::7]:80",
    { protocol: "tcp", hostname: "2001:DB8::7", port: 80 },
  ],
  [
    "tcp://[::ffff:127.0.0.1]:80",
    { protocol: "tcp", hostname: "::ffff:127.0.0.1", port: 80 },
  ],
  ["tcp://localhost:80", { protocol: "tcp", hostname: "localhost", port: 80 }],
  [
    "udp://my-hostname.example_1.org:80",
    { protocol: "udp", hostname: "my-hostname.example_1.org", port: 80 },
  ],
  ["unix:/tmp/a.sock", { protocol: "unix", path: "/tmp/a.sock" }],
  ["unix:a.sock", { protocol: "unix", path: "a.sock" }],
  [
    "unix:/tmp/with space/ä:80?#[x]\n",
    { protocol: "unix", path: "/tmp/with space/ä:80?#[x]\n" },
  ],
];

for (const [text, endpoint] of GOOD) {
  Deno.test(`parseEndpoint() reads ${JSON.stringify(text)}`, () => {
    assertEquals(parseEndpoint(text), endpoint);
  });

  Deno.test(`formatEndpoint() writes ${JSON.stringify(text)}`, () => {
    assertEquals(formatEndpoint(endpoint), text);
  });
}

Deno.test("parseEndpoint() removes leading zeros from a port", () => {
  assertEquals(parseEndpoint("tcp://localhost:0080"), {
    protocol: "tcp",
    hostname: "localhost",
    port: 80,
  });
});

/** Written forms that do not parse, each with what the message must say. */
const BAD: [text: string, why: string][] = [
  ["", "it must start with tcp://, udp://, or unix:"],
  ["127.0.0.1:7000", "it must start with"],
  ["http://127.0.0.1:7000", "it must start with"],
  ["TCP://127.0.0.1:7000", "it must start with"],
  [" tcp://127.0.0.1:7000", "it must start with"],
  ["tcp:127.0.0.1:7000", "it must start with"],
  ["tcp:/127.0.0.1:7000", "it must start with"],
  ["tcp", "it must start with"],
  ["unix", "it must start with"],
  ["unixpacket:/tmp/a.sock", "it must start with"],
  ["unix:", "the path is missing"],
  ["unix:///tmp/a.sock", "the path follows the colon"],
  ["tcp://", "the hostname is missing"],
  ["tcp://:7000", "the hostname is missing"],
  ["tcp://127.0.0.1", "the port is missing"],
  ["tcp://127.0.0.1:", "the port is missing"],
  ["tcp://[::1]", "the port is missing"],
  ["tcp://[::1]:", "the port is missing"],
  ["tcp://127.0.0.1:65536", 'port "65536" is not a number from 0 to 65535'],
  ["tcp://127.0.0.1:70000", 'port "70000"'],
  ["tcp://127.0.0.1:80abc", 'port "80abc"'],
  ["tcp://127.0.0.1:-1", 'port "-1"'],
  ["tcp://127.0.0.1:+80", 'port "+80"'],
  ["tcp://127.0.0.1:8.5", 'port "8.5"'],
  ["tcp://127.0.0.1:8e1", 'port "8e1"'],
  ["tcp://127.0.0.1:0x50", 'port "0x50"'],
  ["tcp://127.0.0.1: 80", 'port " 80"'],
  ["tcp://127.0.0.1:80 ", 'port "80 "'],
  ["tcp://127.0.0.1:80\n", 'port "80\n"'],
  ["tcp://127.0.0.1:80/", 'port "80/"'],
  ["tcp://127.0.0.1:٨٠", 'port "٨٠"'],
  ["udp://::1:53", "an IPv6 address needs brackets"],
  ["udp://::1", "an IPv6 address needs brackets"],
  ["tcp://a:1:2", "an IPv6 address needs brackets"],
  ["tcp://[::1:53", "is not an IPv6 address in brackets"],
  ["tcp://[]:53", "[] is not an IPv6 address in brackets"],
  ["tcp://[127.0.0.1]:53", "[127.0.0.1] is not an IPv6 address in brackets"],
  ["tcp://[localhost]:53", "is not an IPv6 address in brackets"],
  ["tcp://[1::2::3]:53", "is not an IPv6 address in brackets"],
  ["tcp://[:::1]:53", "is not an IPv6 address in brackets"],
  ["tcp://[12345::]:53", "is not an IPv6 address in brackets"],
  ["tcp://[1:2:3:4:5:6:7]:53", "is not an IPv6 address in brackets"],
  ["tcp://[::1]53:53", "is not an IPv6 address in brackets"],
  ["tcp://[::1]:80/[]:53", "is not an IPv6 address in brackets"],
  ["tcp://[[::1]]:53", "is not an IPv6 address in brackets"],
  ["tcp://::1]:53", "an IPv6 address needs brackets"],
  ["tcp://256.0.0.1:80", '"256.0.0.1" is neither an IPv4 address nor a name'],
  ["tcp://127.1:80", '"127.1" is neither'],
  ["tcp://1.2.3.4.5:80", '"1.2.3.4.5" is neither'],
  ["tcp://127.0.0.01:80", '"127.0.0.01" is neither'],
  ["tcp://127..0.1:80", '"127..0.1" is neither'],
  ["tcp://.:80", '"." is neither'],
  ["tcp://local hostname:80", '"local hostname" is neither'],
  ["tcp://user@hostname:80", '"user@hostname" is neither'],
  ["tcp://hostname/path:80", '"hostname/path" is neither'],
  ["tcp://ho\nst:80", '"ho\nst" is neither'],
];

for (const [text, why] of BAD) {
  Deno.test(`parseEndpoint() throws TypeError for ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseEndpoint(text), TypeError, why);
    assertEquals(
      error.message.startsWith(`Cannot parse endpoint "${text}": `),
      true,
    );
  });
}

Deno.test("endpointOf() names both ends of a TCP connection", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  using client = await Deno.connect({ port: listener.addr.port });
  using _server = await listener.accept();

  const hostname = "127.0.0.1";
  assertEquals(endpointOf(listener.addr), { protocol: "tcp", hostname, port });
  assertEquals(endpointOf(client.remoteAddr), {
    protocol: "tcp",
    hostname,
    port,
  });
  assertEquals(endpointOf(client.localAddr), {
    protocol: "tcp",
    hostname,
    port: client.localAddr.port,
  });
});

testIpv6(
  "endpointOf() returns IPv6 without brackets, and formatEndpoint() adds them",
  () => {
    using listener = Deno.listen({ hostname: "::1", port: 0 });
    const { port } = listener.addr;
    const endpoint = endpointOf(listener.addr);
    assertEquals(endpoint, { protocol: "tcp", hostname: "::1", port });
    assertEquals(formatEndpoint(endpoint), `tcp://[::1]:${port}`);
    assertEquals(parseEndpoint(formatEndpoint(endpoint)), endpoint);
  },
);

Deno.test("endpointOf() names a UDP socket", () => {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const { port } = socket.addr as Deno.NetAddr;
  assertEquals(
    formatEndpoint(endpointOf(socket.addr)),
    `udp://127.0.0.1:${port}`,
  );
  socket.close();
});

Deno.test({
  name: "endpointOf() returns an empty path for an unnamed Unix peer",
  ignore: noUnixSockets,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a.sock`;
    using listener = Deno.listen({ transport: "unix", path });
    using client = await Deno.connect({ transport: "unix", path });
    using server = await listener.accept();

    assertEquals(endpointOf(listener.addr), { protocol: "unix", path });
    assertEquals(endpointOf(client.remoteAddr), { protocol: "unix", path });
    assertEquals(endpointOf(server.remoteAddr), { protocol: "unix", path: "" });
  },
});

Deno.test({
  name: "endpointOf() names a Unix datagram socket by its path",
  ignore: noUnixSockets,
  fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a.sock`;
    const socket = Deno.listenDatagram({ transport: "unixpacket", path });
    assertEquals(endpointOf(socket.addr), { protocol: "unix", path });
    socket.close();
  },
});

Deno.test("endpointOf() throws TypeError for a transport it doesn't know", () => {
  assertThrows(
    () => endpointOf({ transport: "vsock", cid: 1, port: 2 }),
    TypeError,
    "Cannot make an endpoint of a vsock address",
  );
});

testIpv6(
  "formatAddress() formats as formatEndpoint() does with endpointOf()",
  () => {
    using listener = Deno.listen({ hostname: "::1", port: 0 });
    assertEquals(
      formatAddress(listener.addr),
      `tcp://[::1]:${listener.addr.port}`,
    );
    // The type does not say so, but an unnamed peer has the path null.
    const unnamed = {
      transport: "unix",
      path: null,
    } as unknown as Deno.UnixAddr;
    assertEquals(formatAddress(unnamed), "unix:");
  },
);
