import { connectTcp, listenTcp } from "../../../lib/net/mod.ts";
import { type Certificate, certificates } from "./certificates.ts";
import type { Proof } from "./proof.ts";
import { bytes, readOnce, thrownBy } from "./sockets.ts";

const hostname = "127.0.0.1";

export const tls: Record<string, Proof> = {
  "unknown-issuer": async () =>
    await handshakeWith((await certificates()).good, { caCerts: [] }),

  "wrong-name": async () =>
    await handshakeWith((await certificates()).wrongName),

  "expired": async () => await handshakeWith((await certificates()).expired),

  "not-tls": () => answerWith(bytes("HTTP/1.1 400 Bad Request\r\n\r\n")),

  // An alert in plaintext, as a server without a common cipher sends it.
  "handshake-failure": async () => [
    await answerWith(new Uint8Array([21, 3, 3, 0, 2, 2, 40])),
    await answerWith(new Uint8Array([21, 3, 3, 0, 2, 2, 70])),
  ],

  "no-application-protocol": async () =>
    await handshakeWith((await certificates()).good, {
      alpnProtocols: ["a"],
    }, ["b"]),

  "no-close-notify": closeBelowTls,
};

/** What a client's handshake throws, if the server has this certificate. */
async function handshakeWith(
  certificate: Certificate,
  client: Partial<Deno.ConnectTlsOptions> = {},
  alpnProtocols?: string[],
): Promise<Error> {
  using listener = Deno.listenTls({
    ...{ hostname, port: 0, alpnProtocols },
    ...certificate,
  });
  const serving = listener.accept().then(async (conn) => {
    using _conn = conn;
    await conn.handshake();
  }).catch(() => {});
  const { port } = listener.addr;
  const caCerts = [(await certificates()).ca];
  const error = await thrownBy(async () => {
    using conn = await Deno.connectTls({ hostname, port, caCerts, ...client });
    await conn.handshake();
  });
  await serving;
  return error;
}

/** What a client's handshake throws, if a server answers with these bytes. */
async function answerWith(answer: Uint8Array): Promise<Error> {
  using listener = listenTcp();
  const serving = listener.accept().then(async (conn) => {
    using _conn = conn;
    await readOnce(conn);
    await conn.write(answer);
    await readOnce(conn);
  }).catch(() => {});
  const { port } = listener.addr;
  const error = await thrownBy(async () => {
    using conn = await Deno.connectTls({ hostname, port });
    await conn.handshake();
  });
  await serving;
  return error;
}

/** Ends the TCP stream of a TLS connection from a relay, without its keys. */
async function closeBelowTls(): Promise<Error> {
  const { ca, good } = await certificates();
  using listener = Deno.listenTls({ hostname, port: 0, ...good });
  using relay = listenTcp();
  const connecting = Deno.connectTls({
    ...{ hostname, port: relay.addr.port, caCerts: [ca] },
  });
  using down = await relay.accept();
  using up = await connectTcp(listener.addr.port);
  const relaying = [pump(down, up), pump(up, down)];
  using server = await listener.accept();
  using client = await connecting;
  await Promise.all([server.handshake(), client.handshake()]);
  await server.write(bytes("a part"));
  await readOnce(client);
  await down.closeWrite();
  const error = await thrownBy(() => readOnce(client));
  client.close();
  server.close();
  await Promise.allSettled(relaying);
  return error;
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  for (let part; (part = await readOnce(from, 16_384)) !== null;) {
    await to.write(part);
  }
}
