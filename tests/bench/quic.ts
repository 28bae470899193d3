/**
 * QUIC as Deno has it (unstable): a reliable stream over UDP datagrams, too.
 *
 * @module
 */
import { isInstalled } from "../clients/programs.ts";

/** Says why there is no QUIC here, or nothing if there is. */
export function whyNoQuic(): string | undefined {
  if (Deno.QuicEndpoint === undefined) return "this Deno has no QuicEndpoint";
  if (!isInstalled("openssl")) return "openssl makes the certificate it needs";
}

/** A key, and the certificate that belongs to it: QUIC is always encrypted. */
export async function makeCertificate(): Promise<Deno.TlsCertifiedKeyPem> {
  const folder = await Deno.makeTempDir();
  try {
    const [keyFile, certFile] = [`${folder}/key.pem`, `${folder}/cert.pem`];
    const { success } = await new Deno.Command("openssl", {
      args: ["req", "-x509", "-nodes", "-newkey", "ec", "-days", "2"].concat(
        ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"],
        ["-addext", "subjectAltName=DNS:localhost"],
        ["-addext", "basicConstraints=critical,CA:FALSE"],
        ["-keyout", keyFile, "-out", certFile],
      ),
      stderr: "null",
    }).output();
    if (!success) throw new Error("openssl made no certificate");
    const [key, cert] = await Promise.all(
      [keyFile, certFile].map((file) => Deno.readTextFile(file)),
    );
    return { key, cert };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Sends bytes on one stream over the loopback interface.
 *
 * @param certified The key and its certificate.
 * @param size How many bytes.
 * @param chunk What to write at a time.
 */
export async function sendOverQuic(
  certified: Deno.TlsCertifiedKeyPem,
  size: number,
  chunk: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const alpnProtocols = ["bench"];
  const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 });
  const listener = endpoint.listen({ ...certified, alpnProtocols });
  const accepting = listener.accept();
  const client = await Deno.connectQuic({
    hostname: "127.0.0.1",
    port: endpoint.addr.port,
    serverName: "localhost",
    caCerts: [certified.cert],
    alpnProtocols,
  });
  const server = await accepting;
  const sending = (async () => {
    const writer = (await client.createUnidirectionalStream()).getWriter();
    for (let left = size; left > 0; left -= chunk.length) {
      await writer.write(chunk.subarray(0, Math.min(left, chunk.length)));
    }
    await writer.close();
  })();
  const streams = server.incomingUnidirectionalStreams.getReader();
  const { value: stream } = await streams.read();
  let received = 0;
  for await (const bytes of stream!) received += bytes.length;
  await sending;
  if (received !== size) throw new Error(`${received} of ${size} bytes came`);
  client.close({ closeCode: 0, reason: "" });
  endpoint.close();
}
