/**
 * Makes the lesson's certificates, with `openssl`:
 *
 *     deno run --allow-run=openssl --allow-read --allow-write \
 *       lessons/24_tls/make_certificates.ts
 *
 * The authority's private key is thrown away at the end, so nobody can sign
 * another certificate with it. Nothing but this lesson trusts the authority.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder for the certificates. */
const FOLDER = fileURLToPath(new URL("./certs/", import.meta.url));

/** Dates long before and long after any run of the lesson. */
const [PAST, FUTURE] = ["20200101000000Z", "20991231235959Z"];

/** The configuration of `openssl ca`. */
const CONFIG = `
[ca]
default_ca = test_ca
[test_ca]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = Socket Workbook
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[right]
subjectAltName = DNS:echo.localhost, DNS:localhost, IP:127.0.0.1, IP:::1
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
[other]
subjectAltName = DNS:other.localhost
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
`;

const folder = await Deno.makeTempDir();
await Deno.writeTextFile(join(folder, "openssl.cnf"), CONFIG);
await Deno.writeTextFile(join(folder, "index.txt"), "");
await Deno.writeTextFile(join(folder, "serial"), "01");

/** Runs `openssl`. */
async function openssl(command: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: command.split(/\s+/),
    cwd: folder,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Requests a certificate, with a new key or an existing one. */
async function request(name: string, subject: string, key: string) {
  const source = key === "" ? `-newkey ec -keyout ${name}.key` : `-key ${key}`;
  await openssl(
    `req -new -config openssl.cnf -nodes ${source} -out ${name}.csr ` +
      `-subj /CN=${subject}` +
      (key === "" ? " -pkeyopt ec_paramgen_curve:P-256" : ""),
  );
}

/** Signs a request. */
async function sign(name: string, signer: string, extensions: string) {
  const end = name === "expired" ? "20210101000000Z" : FUTURE;
  await openssl(
    `ca -batch -notext -config openssl.cnf ${signer} -in ${name}.csr ` +
      `-out ${name}.pem -startdate ${PAST} -enddate ${end} ` +
      `-extensions ${extensions}`,
  );
}

await request("ca", "Socket-Workbook-Test-CA", "");
await sign("ca", "-selfsign -keyfile ca.key", "authority");
const byAuthority = "-cert ca.pem -keyfile ca.key";

// The servers share one key. Only the text about it differs.
await request("server", "echo.localhost", "");
await sign("server", byAuthority, "right");
for (
  const [name, signer, extensions] of [
    ["expired", byAuthority, "right"],
    ["wrong_name", byAuthority, "other"],
    ["self_signed", "-selfsign -keyfile server.key", "right"],
  ]
) {
  await request(name, `${name}.localhost`, "server.key");
  await sign(name, signer, extensions);
}

await Deno.mkdir(FOLDER, { recursive: true });
for (const name of ["ca", "server", "expired", "wrong_name", "self_signed"]) {
  await Deno.copyFile(join(folder, `${name}.pem`), join(FOLDER, `${name}.pem`));
}
await Deno.copyFile(join(folder, "server.key"), join(FOLDER, "key.pem"));
await Deno.remove(folder, { recursive: true });
