import { join } from "node:path";
import { bindUdp, LossyLink } from "../../../lib/net/mod.ts";
import { temporaryFolder } from "../../../lib/workbook/checker/temporary_folder.ts";
import type { Proof } from "./proof.ts";
import { bytes, freePort, text, thrownBy } from "./sockets.ts";

const LOCAL = { transport: "udp", hostname: "127.0.0.1" } as const;

/** A UDP socket as Deno makes it. */
function udp() {
  const socket = Deno.listenDatagram({ ...LOCAL, port: 0 });
  return {
    socket,
    addr: socket.addr as Deno.NetAddr,
    [Symbol.dispose]: () => socket.close(),
  };
}

export const datagrams: Record<string, Proof> = {
  async "message-too-large"() {
    using a = udp();
    return await thrownBy(() => a.socket.send(new Uint8Array(65_508), a.addr));
  },

  async "address-family"() {
    using a = udp();
    const to = { ...LOCAL, hostname: "::1", port: 9 };
    return await thrownBy(() => a.socket.send(bytes("x"), to));
  },

  async "wrong-type"() {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "datagrams.sock");
    const socket = Deno.listenDatagram({ transport: "unixpacket", path });
    try {
      return await thrownBy(() => Deno.connect({ transport: "unix", path }));
    } finally {
      socket.close();
    }
  },

  async "udp-lost"() {
    using sender = udp();
    using receiver = udp();
    for (let i = 0; i < 3000; i++) {
      await sender.socket.send(new Uint8Array(1000), receiver.addr);
    }
    // One receive makes room for a last message, which tells the end.
    await receiver.socket.receive();
    await sender.socket.send(bytes("end"), receiver.addr);
    let arrived = 1;
    while (text((await receiver.socket.receive())[0]) !== "end") arrived++;
    return arrived < 3000
      ? "sent 3000 datagrams, fewer arrived, and no send() failed"
      : `all ${arrived} arrived`;
  },

  async "udp-no-answer"() {
    using sender = udp();
    const to = { ...LOCAL, port: freePort() };
    const count = await sender.socket.send(bytes("ping"), to);
    return `send() took ${count} bytes for a port where nothing listens`;
  },

  async "udp-truncated"() {
    using sender = udp();
    using receiver = udp();
    await sender.socket.send(bytes("0123456789"), receiver.addr);
    await sender.socket.send(bytes("next"), receiver.addr);
    const [part] = await receiver.socket.receive(new Uint8Array(4));
    const [next] = await receiver.socket.receive();
    const gone = text(next) === "next" ? "gone" : "kept";
    return `sent 10 bytes, receive() gave ${part.length}, and the rest was ${gone}`;
  },

  async "udp-stranger"() {
    using client = udp();
    using server = udp();
    using stranger = udp();
    await client.socket.send(bytes("question"), server.addr);
    await stranger.socket.send(bytes("answer"), client.addr);
    const [, from] = await client.socket.receive();
    return (from as Deno.NetAddr).port === server.addr.port
      ? "the answer came from the server"
      : "the answer came from another port than the question went to";
  },

  async "udp-order"() {
    using server = bindUdp();
    await using link = new LossyLink(server.addr, {
      duplication: 0.5,
      reordering: 0.5,
      seed: 1,
    });
    using client = bindUdp();
    for (let i = 0; i < 100; i++) {
      await client.send(bytes(String(i)), link.addr);
    }
    const seen: number[] = [];
    while (new Set(seen).size < 99) {
      seen.push(Number(text((await server.receive()).bytes)));
    }
    const twice = new Set(seen).size < seen.length;
    const late = seen.some((number, i) => number < seen[i - 1]);
    return twice && late
      ? "sent 0 to 99; some arrived twice, and some late"
      : seen.join(" ");
  },
};
