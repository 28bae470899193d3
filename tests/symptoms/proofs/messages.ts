import { writeAll } from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { bytes, Pair, readOnce, text } from "./sockets.ts";

export const messages: Record<string, Proof> = {
  async "half-a-message"() {
    using pair = await Pair.connect();
    const written = await pair.client.write(bytes("0123456789"));
    const part = await readOnce(pair.server, 4);
    return `wrote ${written} bytes at once, read() gave ${part!.length}`;
  },

  async "two-messages-in-one"() {
    using pair = await Pair.connect();
    await pair.client.write(bytes("one"));
    await pair.client.write(bytes("two"));
    const both = text((await readOnce(pair.server))!);
    return `wrote twice, one read() gave ${both === "onetwo" ? "both" : both}`;
  },

  async "garbage-at-the-end"() {
    using pair = await Pair.connect();
    await pair.client.write(bytes("hi"));
    const buffer = new Uint8Array(8);
    await pair.server.read(buffer);
    const zeros = text(buffer).replace("hi", "").length;
    return `received "hi" and ${zeros} zero bytes`;
  },

  async "broken-characters"() {
    using pair = await Pair.connect();
    await pair.client.write(bytes("é"));
    const decoded = [
      text((await readOnce(pair.server, 1))!),
      text((await readOnce(pair.server, 1))!),
    ].join("");
    const shown = decoded.replaceAll("\ufffd", "\\ufffd");
    return `sent "é" in two parts, decoded each: "${shown}"`;
  },

  async "wrong-length"() {
    using pair = await Pair.connect();
    const header = new DataView(new ArrayBuffer(4));
    header.setUint32(0, 5, true);
    await pair.client.write(new Uint8Array(header.buffer));
    const { buffer, byteOffset } = (await readOnce(pair.server, 4))!;
    return `wrote the length 5, read ${
      new DataView(buffer, byteOffset).getUint32(0)
    }`;
  },

  async "lines-mixed"() {
    using pair = await Pair.connect();
    const long = 8 * 1024 * 1024;
    const writing = Promise.all(
      ["a", "b"].map((letter) =>
        writeAll(pair.client, bytes(letter.repeat(long)))
      ),
    ).then(() => pair.client.closeWrite());
    let [letters, last] = ["", 0];
    for (let part; (part = await readOnce(pair.server, 65_536)) !== null;) {
      for (const byte of part) {
        if (byte !== last) letters += String.fromCharCode(last = byte);
      }
    }
    await writing;
    return letters.length > 2
      ? "two writers, and one's line was inside the other's"
      : letters;
  },
};
