import { join } from "node:path";
import { temporaryFolder } from "../../../lib/workbook/checker/temporary_folder.ts";

/** A certificate with its key, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** A test authority, and what it has signed for 127.0.0.1. */
export interface Certificates {
  /** The authority's own certificate. */
  ca: string;
  good: Certificate;
  /** For example.com instead. */
  wrongName: Certificate;
  /** Its last day was yesterday. */
  expired: Certificate;
}

/** Whether `openssl` is there to make certificates. */
export async function hasOpenssl(): Promise<boolean> {
  try {
    await new Deno.Command("openssl", { args: ["version"] }).output();
    return true;
  } catch {
    return false;
  }
}

let made: Promise<Certificates> | undefined;

/** Makes the certificates, once for all proofs. */
export function certificates(): Promise<Certificates> {
  return made ??= make();
}

async function make(): Promise<Certificates> {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  const openssl = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", { args, cwd })
      .output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const read = (name: string) => Deno.readTextFile(join(cwd, name));
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const request = (name: string) => [
    ...["req", ...newKey, "-nodes", "-keyout", `${name}.key`],
    ...["-subj", `/CN=${name}`],
  ];
  await openssl(...request("ca"), "-x509", "-days", "2", "-out", "ca.pem");
  const sign = async (name: string, names: string, days: string) => {
    await openssl(...request(name), "-out", `${name}.csr`);
    const extensions = `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`;
    await Deno.writeTextFile(join(cwd, `${name}.ext`), extensions);
    await openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem"],
      ...["-CAkey", "ca.key", "-CAcreateserial", "-days", days],
      ...["-extfile", `${name}.ext`, "-out", `${name}.pem`],
    );
    return {
      cert: await read(`${name}.pem`),
      key: await read(`${name}.key`),
    };
  };
  return {
    good: await sign("good", "IP:127.0.0.1", "2"),
    wrongName: await sign("wrong", "DNS:example.com", "2"),
    expired: await sign("expired", "IP:127.0.0.1", "-1"),
    ca: await read("ca.pem"),
  };
}
